import { useRef, useState } from 'preact/hooks'
import { ApiError, asApiError, type FieldError } from '../client/api.ts'
import { counted, sentence } from '../format/labels.ts'

/** State of a small form: why the last save failed, and whether one is running. */
export interface Saving {
  readonly busy: boolean
  readonly problem: ApiError | undefined
  /** How many saves have failed. */
  readonly refusals: number
  /** Adds what else is found wrong to a problem, unless there was another save since. */
  addErrors(to: ApiError, errors: readonly FieldError[]): void
  /** Runs `work`; its error becomes `problem`. */
  save(work: () => Promise<void>): Promise<void>
}

/** What is said when all that was wrong was corrected before the answer came. */
export const correctedSince = 'What was wrong in what was sent you have corrected since: save it again.'

/**
 * Returns the state of a form that sends one request. An error counts as long as its field has the value that was sent.
 * @param values what each field has now, by the first part of the JSON pointers of its errors; without fields, none
 */
export function useSave(values: Values): Saving {
  const [problem, setProblem] = useState<ApiError>()
  const latest = useRef(values)
  latest.current = values
  const sent = useRef(values)
  const [busy, setBusy] = useState(false)
  const [refusals, setRefusals] = useState(0)
  const save = async (work: () => Promise<void>) => {
    if (busy) return
    setProblem(undefined)
    sent.current = latest.current
    setBusy(true)
    try {
      await work()
    } catch (error) {
      const told = asApiError(error)
      const isLeft = withoutCorrected(told, sent.current, latest.current) !== undefined
      setProblem(isLeft ? told : new ApiError(told.status, correctedSince, [], told.code))
      setRefusals((last) => last + 1)
    }
    setBusy(false)
  }
  const addErrors = (to: ApiError, errors: readonly FieldError[]) =>
    setProblem((last) => {
      if (last !== to || errors.length === 0) return last
      return new ApiError(to.status, to.message, [...to.errors, ...errors], to.code)
    })
  return { busy, problem: problem && withoutCorrected(problem, sent.current, values), refusals, save, addErrors }
}

type Values = Readonly<Record<string, unknown>>

/** A problem without the errors of fields that have another value than was sent; undefined if it has no others. */
function withoutCorrected(problem: ApiError, sent: Values, now: Values): ApiError | undefined {
  const isSent = ({ path }: FieldError) => {
    const name = path.split('/')[1] ?? ''
    return JSON.stringify(sent[name]) === JSON.stringify(now[name])
  }
  const left = problem.errors.filter(isSent)
  if (left.length === problem.errors.length) return problem
  return left.length === 0 ? undefined : new ApiError(problem.status, problem.message, left, problem.code)
}

/** The errors at a JSON pointer or below it, as sentences about `label`. */
export function fieldErrors(problem: ApiError | undefined, path: string, label: string): string[] {
  const here = (problem?.errors ?? []).filter((error) => error.path === path || error.path.startsWith(`${path}/`))
  return here.map(({ message }) => sentence(label, message))
}

/** The errors of a form with one field: those at its JSON pointer, or the message where there are none at any. */
export const onlyFieldErrors = (problem: ApiError | undefined, path: string, label: string): string[] =>
  problem?.errors.length === 0 ? [problem.message] : fieldErrors(problem, path, label)

/** The message for what was not saved, with the errors at none of these JSON pointers. */
export function saveMessage({ message, errors, isInDoubt }: ApiError, paths: readonly string[]): string {
  if (isInDoubt) return message
  if (errors.length === 0) return `Not saved. ${message}`
  const placeOf = ({ path }: FieldError) => paths.find((known) => path === known || path.startsWith(`${known}/`))
  const elsewhere = errors.filter((error) => placeOf(error) === undefined)
  const told = elsewhere.map((error) => sentence(error.path.slice(1) || 'The body', error.message))
  // As many as are marked: several errors may be in one field.
  const here = new Set(errors.flatMap((error) => placeOf(error) ?? [])).size
  const places = here === 0 ? [] : [`${counted(here, 'field needs', 'fields need')} a change.`]
  return ['Not saved.', ...places, ...told].join(' ')
}
