import { useRef, useState } from 'preact/hooks'
import { asApiError, type FieldError } from '../client/api.ts'
import { taskRefusals } from '../client/refusals.ts'
import { counted, sentence } from '../format/labels.ts'
import { correctedSince } from '../parts/use-save.ts'
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
  /**
   * Changes the draft, and removes the errors of what was edited.
   * @param at JSON pointers of what was edited, where that is less than whole fields
   */
  change(part: Partial<Draft>, ...at: string[]): void
}

/** Props of inputs that may be folded away. */
export interface ShownProps extends FieldsProps {
  /** Whether they have been seen. What they offer is read only then. */
  readonly isShown: boolean
}

/** The name of the field that contains the value at a JSON pointer: `retry` for `/retry/on/0`. */
const nameAt = (path: string) => path.split('/')[1] ?? ''

/** The field at or above a JSON pointer of the API, such as `/name`; undefined for one that the form does not have. */
const fieldAt = (path: string) => fieldEntries.get(nameAt(path))

/** The input that an error marks: that of its field, or of the row of a field that has several. */
const markedAt = ({ path }: FieldError) =>
  /^\/(header|labels|retry|expect)\//.test(path)
    ? path.replace(/^(\/retry\/on|\/expect\/status)\/.*/, '$1')
    : nameAt(path)

/** The errors at a JSON pointer, as sentences. @param subject of the sentences, if it is not the name of the field */
export function errorsAt(problem: Problem | undefined, path: string, subject = subjectOf(path)): string[] {
  return (problem?.errors ?? []).filter((error) => error.path === path).map(({ message }) => sentence(subject, message))
}

function subjectOf(path: string): string {
  const field = fieldEntries.get(nameAt(path))
  return field?.subject ?? field?.label ?? path
}

/** The errors at a JSON pointer and below it, as sentences that name the part. @param but parts whose errors stand elsewhere */
export function errorsBelow(problem: Problem | undefined, path: string, but: readonly string[] = []): string[] {
  const inside = (problem?.errors ?? []).filter(
    (error) => error.path.startsWith(`${path}/`) && !but.some((part) => isWithin(error.path, `${path}/${part}`)),
  )
  return [
    ...errorsAt(problem, path),
    ...inside.map(({ path: at, message }) => sentence(at.slice(path.length + 1).replaceAll('/', ' '), message)),
  ]
}

/** The errors of a list that is typed in one input, as sentences that name the entry. @param label the subject of what concerns the whole list */
export function entryErrors(
  problem: Problem | undefined,
  path: string,
  entries: readonly (string | number)[],
  label: string,
): string[] {
  const ofEntries = entries.flatMap((entry, index) => errorsAt(problem, `${path}/${index}`, `“${entry}”`))
  return [...errorsAt(problem, path, label), ...ofEntries]
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

  /** How often it was saved, and what was edited since, as JSON pointers. */
  const tries = useRef(0)
  const changed = useRef(new Set<string>())
  /** The draft with what was typed while a request is under way, which the function that waits for it does not see. */
  const latest = useRef(draft)

  const change: FieldsProps['change'] = (part, ...at) => {
    const edited = at.length > 0 ? at : Object.keys(part).map((name) => `/${name}`)
    for (const place of edited) changed.current.add(place)
    latest.current = { ...latest.current, ...part }
    setDraft(latest.current)
    setProblem((last) => last && withoutErrorsOf(last, edited))
  }
  const draftNow = () => latest.current
  /** Puts another draft in place, which is no edit of the reader: it corrects nothing that is told next. */
  const replaceDraft = (other: Draft) => {
    changed.current.clear()
    latest.current = other
    setDraft(other)
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
      const told: Problem = {
        status,
        message: status === 401 ? 'You were signed out before it went through; send it again.' : message,
        errors,
        isInDoubt,
      }
      // What was corrected meanwhile stays so.
      const left = withoutErrorsOf(told, [...changed.current])
      setProblem(left ?? { ...told, message: correctedSince, errors: [] })
    }
    setBusy(false)
  }
  return { draft, change, draftNow, replaceDraft, problem, setProblem, busy, submit }
}

/** Asks the API what is wrong in the fields in which the form itself has found nothing. Those in which it has are not sent. */
async function othersOf(errors: readonly FieldError[], request: FormRequest | undefined) {
  const known = namesOf(errors)
  const fields = Object.entries(request?.body ?? {}).filter(([name]) => !known.has(name))
  return fields.length === 0 ? [] : taskRefusals(Object.fromEntries(fields))
}

/** Whether a JSON pointer is another one, or leads to something in it. */
const isWithin = (path: string, outer: string) => path === outer || path.startsWith(`${outer}/`)

const namesOf = (errors: readonly FieldError[]) => new Set(errors.map(({ path }) => nameAt(path)))

/** Those of some errors that are in other fields than these. */
function outside(errors: readonly FieldError[], some: readonly FieldError[]): FieldError[] {
  const known = namesOf(errors)
  return some.filter(({ path }) => !known.has(nameAt(path)))
}

/** @param edited JSON pointers of what was edited */
function withoutErrorsOf(problem: Problem, edited: readonly string[]): Problem | undefined {
  const left = problem.errors.filter(({ path }) => {
    const others: readonly string[] = fieldEntries.get(nameAt(path))?.dependsOn ?? []
    return !edited.some((at) => others.includes(nameAt(at)) || isWithin(at, path) || isWithin(path, at))
  })
  if (left.length === problem.errors.length) return problem
  return left.length === 0 ? undefined : { ...problem, errors: left }
}
