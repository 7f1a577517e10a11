import { useRef, useState } from 'preact/hooks'
import { asApiError, type FieldError } from '../client/api.ts'
import { taskRefusals } from '../client/refusals.ts'
import { counted, sentence } from '../format/labels.ts'
import { checkDraft } from './check-draft.ts'
import type { Draft } from './form-field.ts'
import { fieldEntries } from './form-fields.ts'
import type { FormRequest } from './request-body.ts'

/** Why a form was not saved. */
export interface Problem {
  readonly status: number
  readonly message: string
  readonly errors: readonly FieldError[]
  /** Whether it may have been saved all the same, as the message says. */
  readonly isInDoubt: boolean
  /** Whether some of the errors came later than the first ones, when the reader may be at work on those. */
  readonly isLate?: boolean
}

/** Props of each part of the form. */
export interface FieldsProps {
  readonly draft: Draft
  readonly problem: Problem | undefined
  change(part: Partial<Draft>): void
}

/** The name of the field that contains the value at a JSON pointer: `retry` for `/retry/on/0`. */
const nameAt = (path: string) => path.split('/')[1] ?? ''

/** The field at or above a JSON pointer of the API, such as `/name`; undefined for one that the form does not have. */
const fieldAt = (path: string) => fieldEntries.get(nameAt(path))

const markedAt = ({ path }: FieldError) => (nameAt(path) === 'header' ? path : nameAt(path))

/** The errors at a JSON pointer, as sentences. */
export function errorsAt(problem: Problem | undefined, path: string): string[] {
  const field = fieldEntries.get(path.slice(1))
  const subject = field?.subject ?? field?.label ?? 'This header'
  return (problem?.errors ?? []).filter((error) => error.path === path).map(({ message }) => sentence(subject, message))
}

/** The errors at a JSON pointer and below it, as sentences that name the part. */
export function errorsBelow(problem: Problem | undefined, path: string): string[] {
  const inside = (problem?.errors ?? []).filter((error) => error.path.startsWith(`${path}/`))
  return [
    ...errorsAt(problem, path),
    ...inside.map(({ path: at, message }) => sentence(at.slice(path.length + 1).replaceAll('/', ' '), message)),
  ]
}

/** The message for a form that was not saved, including errors that belong to none of its fields. */
export function problemMessage({ message, errors, isInDoubt }: Problem): string {
  if (isInDoubt) return message
  if (errors.length === 0) return `Not saved. ${message}`
  const elsewhere = errors.filter(({ path }) => !fieldAt(path))
  const told = elsewhere.map((error) => sentence(error.path.slice(1) || 'The body', error.message))
  // As many as are marked: several errors may be in one field, but each header is one.
  const here = new Set(errors.filter(({ path }) => fieldAt(path)).map(markedAt)).size
  const places = here === 0 ? [] : [`${counted(here, 'field needs', 'fields need')} a change.`]
  return ['Not saved.', ...places, ...told].join(' ')
}

/** State of a form: its draft, and the problem of the last save. */
export function useForm(initial: () => Draft) {
  const [draft, setDraft] = useState(initial)
  const [problem, setProblem] = useState<Problem>()
  const [busy, setBusy] = useState(false)

  /** How often it was saved, and what was changed since. */
  const tries = useRef(0)
  const changed = useRef(new Set<keyof Draft>())

  /** Updates the draft and removes the errors of the edited fields. */
  const change = (part: Partial<Draft>) => {
    const names = Object.keys(part) as (keyof Draft)[]
    for (const name of names) changed.current.add(name)
    setDraft((last) => ({ ...last, ...part }))
    setProblem((last) => last && withoutErrorsOf(last, names))
  }
  /** @param request what saving would send */
  const submit = async (save: () => Promise<void>, request: FormRequest | undefined) => {
    const errors = checkDraft(draft)
    const thisTry = ++tries.current
    changed.current.clear()
    if (errors.length > 0) {
      const told: Problem = { status: 400, message: '', errors, isInDoubt: false }
      // What the form finds wrong does not wait for the API, which may be away.
      setProblem((last) => ({
        ...told,
        errors: [...errors, ...outside(errors, last?.status === 400 ? last.errors : [])],
      }))
      const others = await othersOf(errors, request)
      if (thisTry !== tries.current) return
      const all = { ...told, errors: [...errors, ...others], isLate: true }
      // What was corrected meanwhile stays so.
      return setProblem((last) => last && withoutErrorsOf(all, [...changed.current]))
    }
    setBusy(true)
    setProblem(undefined)
    try {
      await save()
    } catch (error) {
      const { status, message, errors, isInDoubt } = asApiError(error)
      setProblem({
        status,
        message: status === 401 ? 'You were signed out before it went through; send it again.' : message,
        errors,
        isInDoubt,
      })
    }
    setBusy(false)
  }
  return { draft, change, problem, setProblem, busy, submit }
}

/** Asks the API what is wrong in the fields in which the form itself has found nothing. Those in which it has are not sent. */
async function othersOf(errors: readonly FieldError[], request: FormRequest | undefined) {
  const known = namesOf(errors)
  const fields = Object.entries(request?.body ?? {}).filter(([name]) => !known.has(name))
  return fields.length === 0 ? [] : taskRefusals(Object.fromEntries(fields))
}

const namesOf = (errors: readonly FieldError[]) => new Set(errors.map(({ path }) => nameAt(path)))

/** Those of some errors that are in other fields than these. */
function outside(errors: readonly FieldError[], some: readonly FieldError[]): FieldError[] {
  const known = namesOf(errors)
  return some.filter(({ path }) => !known.has(nameAt(path)))
}

function withoutErrorsOf(problem: Problem, changed: readonly (keyof Draft)[]): Problem | undefined {
  const left = problem.errors.filter(({ path }) => {
    const name = nameAt(path)
    const parts = [name, ...(fieldEntries.get(name)?.dependsOn ?? [])]
    return !changed.some((part) => parts.includes(part))
  })
  if (left.length === problem.errors.length) return problem
  return left.length === 0 ? undefined : { ...problem, errors: left }
}
