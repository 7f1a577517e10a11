import type { FieldError, Method, Status, Task, Unit } from './api.ts'
import { checkRows, copiedRows, filled, type HeaderRow, rebasedRows, rowsOf } from './header-rows.ts'
import { otherKind, scheduleOf, scheduleParts, whole } from './schedule-draft.ts'
import { toLocalInput } from './when.ts'

/** A task as it stands in the form: what is typed stays text until it is sent. */
export interface Draft {
  readonly name: string
  readonly url: string
  readonly method: Method
  readonly header: readonly HeaderRow[]
  readonly payload: string
  /** What the schedule is told by; the fields of the other kinds stay as they were typed, and are not sent. */
  readonly kind: 'every' | 'cron' | 'once'
  readonly frequency: string
  readonly unit: Unit
  readonly cron: string
  /** Empty: UTC. */
  readonly zone: string
  /** The next run as a datetime-local input has it: in the reader's zone. */
  readonly at: string
  readonly status: Status
  readonly timeout: string
  readonly retries: string
}

export function newDraft(): Draft {
  return {
    name: '',
    url: '',
    method: 'GET',
    header: [],
    payload: '',
    kind: 'every',
    frequency: '1',
    unit: 'hour',
    cron: '',
    zone: '',
    at: '',
    status: 'active',
    timeout: '',
    retries: '0',
  }
}

export function draftOf(task: Task): Draft {
  return {
    name: task.name,
    url: task.url,
    method: task.method,
    header: rowsOf(task.header),
    payload: task.payload ?? '',
    kind: task.cron !== null ? 'cron' : task.frequency !== null ? 'every' : 'once',
    frequency: String(task.frequency ?? 1),
    unit: task.unit ?? 'hour',
    cron: task.cron ?? '',
    zone: task.time_zone ?? '',
    at: task.scheduled_at === null ? '' : toLocalInput(task.scheduled_at),
    status: task.status,
    timeout: task.timeout_seconds === null ? '' : String(task.timeout_seconds),
    retries: String(task.retries),
  }
}

const copied = ' (copy)'
const nameLength = 200

/**
 * A new task that begins as a copy of this one. A next run that is the pattern's own, or past, does not go with it, nor do
 * secret values; a run-once task that is over begins as an active one without a time.
 */
export function copyOf(task: Task, now = Date.now()): Draft {
  const draft = draftOf(task)
  const { scheduled_at } = task
  const isOver = scheduled_at === null
  const name = [...task.name].slice(0, nameLength - copied.length).join('')
  return {
    ...draft,
    name: `${name}${copied}`,
    header: copiedRows(draft.header),
    at: isOver || draft.kind === 'cron' || Date.parse(scheduled_at) <= now ? '' : draft.at,
    status: isOver ? 'active' : draft.status,
  }
}

/** What the API is sent for a whole draft. What is no number goes as the text it is: the API says what it wants. */
export function bodyOf(draft: Draft) {
  return {
    name: draft.name,
    url: draft.url.trim(),
    method: draft.method,
    header: Object.fromEntries(filled(draft.header).map(({ name, value }) => [name.trim(), value])),
    payload: draft.payload === '' ? null : draft.payload,
    status: draft.status,
    ...scheduleOf(draft),
    timeout_seconds: draft.timeout.trim() === '' ? null : whole(draft.timeout),
    retries: draft.retries.trim() === '' ? 0 : whole(draft.retries),
  }
}

/** The fields that an edit changed, and no other; a schedule of another kind is sent as a whole. */
export function changeOf(before: Draft, now: Draft): Partial<ReturnType<typeof bodyOf>> {
  const old = bodyOf(before)
  const isOther = before.kind !== now.kind
  const changed = Object.entries(bodyOf(now)).filter(
    ([field, value]) => !(isOther && field in scheduleOf(now)) && !same(value, old[field as keyof typeof old]),
  )
  return { ...Object.fromEntries(changed), ...(isOther ? otherKind(before, now) : {}) }
}

/** What the API cannot see, because it would not reach it, or would take for what nobody meant; its paths and sentences are like the API's own. */
export function checkDraft(draft: Draft): FieldError[] {
  const errors: FieldError[] = []
  const required = (path: string, text: string) => {
    if (text.trim() === '') errors.push({ path, message: 'is required' })
  }
  required('/name', draft.name)
  required('/url', draft.url)
  if (draft.kind === 'every') required('/frequency', draft.frequency)
  else if (draft.kind === 'cron') required('/cron', draft.cron)
  else if (draft.status !== 'disabled') required('/scheduled_at', draft.at)
  return [...errors, ...checkRows(draft.header)]
}

/**
 * Brings what somebody else saved meanwhile under what was typed here: a field that was not touched here takes their
 * value, one that was keeps ours. The schedule counts as one field.
 */
export function rebase(before: Draft, mine: Draft, theirs: Draft): Draft {
  const touched = (field: keyof Draft) => !same(plain(mine[field]), plain(before[field]))
  const schedule = scheduleParts.some(touched) ? mine : theirs
  const merged = Object.keys(mine).map((name) => {
    const field = name as keyof Draft
    const from = scheduleParts.includes(field as (typeof scheduleParts)[number])
      ? schedule
      : touched(field)
        ? mine
        : theirs
    return [field, field === 'header' && from === mine ? rebasedRows(mine.header, theirs.header) : from[field]]
  })
  return Object.fromEntries(merged)
}

const plain = (value: Draft[keyof Draft]) =>
  Array.isArray(value) ? (value as HeaderRow[]).map(({ name, value }) => [name, value]) : value

/** Equal as JSON, whatever the order of an object's names. */
function same(one: unknown, other: unknown): boolean {
  const sorted = (value: unknown) =>
    JSON.stringify(value, (_, inner) =>
      inner && typeof inner === 'object' && !Array.isArray(inner) ? Object.entries(inner).sort() : inner,
    )
  return sorted(one) === sorted(other)
}
