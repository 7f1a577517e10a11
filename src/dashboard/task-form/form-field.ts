import type { Method, Status, Task, Unit } from '../client/api.ts'
import type { ExpectDraft } from './expect-draft.ts'
import type { HeaderRow } from './header-rows.ts'
import type { LabelRow } from './label-rows.ts'
import type { RetryDraft } from './retry-draft.ts'

/** The fields of a task that a client may set. */
export type FieldName = Exclude<
  keyof Task,
  'id' | 'service_id' | 'starts_at' | 'runs_left' | 'created_at' | 'updated_at'
>

/** Fields whose value in the form is not the text of an input. */
interface NotText {
  readonly method: Method
  readonly header: readonly HeaderRow[]
  readonly labels: readonly LabelRow[]
  readonly retry: RetryDraft
  readonly expect: ExpectDraft
  readonly unit: Unit
  readonly status: Status
}

/** A task in the form: what is typed stays text until it is sent. */
export type Draft = {
  readonly [F in FieldName]: F extends keyof NotText ? NotText[F] : string
} & {
  /** The kind of schedule. Fields of the other kinds keep what was typed, and are not sent. */
  readonly kind: 'every' | 'cron' | 'once'
}

/**
 * How a field that few tasks need is edited: as a line, as a date and time of the reader's zone, by inputs of its own
 * (more-fields.tsx), or as one of these choices, which are shown as these texts.
 */
export type MoreInput = 'line' | 'time' | 'own' | Readonly<Record<string, string>>

/** What the dashboard knows about one field of a task. */
export interface FormField<F extends FieldName> {
  /** Its name on the page. */
  readonly label: string
  /** The subject of a sentence about an error in it, where that is not the label. */
  readonly subject?: string
  /** Its value in the form for a new task. */
  readonly initial: Draft[F]
  /** Its value in the form for a stored task. */
  read(task: Task): Draft[F]
  /** Its value in the body of a request. Text that is not a number is sent as it is: the API describes the error. */
  write(draft: Draft): unknown
  /** An edit of any of these removes its error too. */
  readonly dependsOn?: readonly (keyof Draft)[]
  /** How a change shows its values; as plain text if missing. */
  readonly shownAs?: 'code' | 'time'
  /** A value in words, for a change. */
  inWords?(value: unknown): string
  /** A value, besides null, that a created or deleted task does not list among its changes. */
  readonly usual?: unknown
  /** For a field that few tasks need: how it is edited, and the hint in the form. */
  readonly more?: { readonly input: MoreInput; readonly hint?: string }
  /** For a whole number among the limits: the hint in the form, and the words on the screen of the task. */
  readonly limit?: { readonly hint: string; inWords(task: Task): string }
}

/** A whole number as a number; other text as it is. */
export function whole(text: string): number | string {
  return /^\d{1,15}$/.test(text.trim()) ? Number(text.trim()) : text.trim()
}
