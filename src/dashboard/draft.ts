import type { FieldError, Method, Status, Task, Unit } from './api.ts'
import { fromLocalInput, toLocalInput } from './when.ts'

export interface HeaderRow {
  /** Tells rows apart while their names are typed. */
  readonly key: number
  readonly name: string
  readonly value: string
}

/** A task as it stands in the form: what is typed stays text until it is sent. */
export interface Draft {
  readonly name: string
  readonly url: string
  readonly method: Method
  readonly header: readonly HeaderRow[]
  readonly payload: string
  readonly kind: 'repeats' | 'once'
  readonly frequency: string
  readonly unit: Unit
  /** The next run as a datetime-local input has it: in the reader's zone. */
  readonly at: string
  readonly status: Status
  readonly timeout: string
  readonly retries: string
}

let lastKey = 0
export const headerRow = (name = '', value = ''): HeaderRow => ({ key: ++lastKey, name, value })

export function newDraft(): Draft {
  return {
    name: '',
    url: '',
    method: 'GET',
    header: [],
    payload: '',
    kind: 'repeats',
    frequency: '1',
    unit: 'hour',
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
    header: Object.entries(task.header).map(([name, value]) => headerRow(name, value)),
    payload: task.payload ?? '',
    kind: task.frequency === null ? 'once' : 'repeats',
    frequency: String(task.frequency ?? 1),
    unit: task.unit ?? 'hour',
    at: task.scheduled_at === null ? '' : toLocalInput(task.scheduled_at),
    status: task.status,
    timeout: task.timeout_seconds === null ? '' : String(task.timeout_seconds),
    retries: String(task.retries),
  }
}

/** What the API is sent for a whole draft. What is no number goes as the text it is: the API says what it wants. */
export function bodyOf(draft: Draft) {
  const repeats = draft.kind === 'repeats'
  return {
    name: draft.name,
    url: draft.url.trim(),
    method: draft.method,
    header: Object.fromEntries(filled(draft.header).map(({ name, value }) => [name.trim(), value])),
    payload: draft.payload === '' ? null : draft.payload,
    status: draft.status,
    scheduled_at: fromLocalInput(draft.at) ?? null,
    frequency: repeats ? whole(draft.frequency) : null,
    unit: repeats ? draft.unit : null,
    timeout_seconds: draft.timeout.trim() === '' ? null : whole(draft.timeout),
    retries: draft.retries.trim() === '' ? 0 : whole(draft.retries),
  }
}

/**
 * The fields that an edit changed, and no other. Another kind of schedule sends all of it: with a kind that is new the
 * API would otherwise count the next run anew, and not keep the one that stands in the form.
 */
export function changeOf(before: Draft, now: Draft): Partial<ReturnType<typeof bodyOf>> {
  const old = bodyOf(before)
  const changed = Object.entries(bodyOf(now)).filter(
    ([field, value]) =>
      !same(value, old[field as keyof typeof old]) || (field === 'scheduled_at' && before.kind !== now.kind),
  )
  return Object.fromEntries(changed)
}

/** What the API cannot see, because it would not reach it; its paths and sentences are like the API's own. */
export function checkDraft(draft: Draft): FieldError[] {
  const errors: FieldError[] = []
  const required = (path: string, text: string) => {
    if (text.trim() === '') errors.push({ path, message: 'is required' })
  }
  required('/name', draft.name)
  required('/url', draft.url)
  if (draft.kind === 'repeats') required('/frequency', draft.frequency)
  else if (draft.status !== 'disabled') required('/scheduled_at', draft.at)
  const seen = new Set<string>()
  for (const { name } of filled(draft.header)) {
    const lower = name.trim().toLowerCase()
    if (lower === '') errors.push({ path: '/header', message: 'need a name in every row that has a value' })
    else if (seen.has(lower)) errors.push({ path: headerPath(name), message: 'stands there twice' })
    seen.add(lower)
  }
  return errors
}

/** The path at which the API names an error of this header. */
export function headerPath(name: string): string {
  return `/header/${name.trim().replaceAll('~', '~0').replaceAll('/', '~1')}`
}

const scheduleFields = ['kind', 'frequency', 'unit', 'at'] as const

/**
 * Brings what somebody else saved meanwhile under what was typed here: a field that was not touched here takes their
 * value, one that was keeps ours. The schedule counts as one field.
 */
export function rebase(before: Draft, mine: Draft, theirs: Draft): Draft {
  const touched = (field: keyof Draft) => !same(plain(mine[field]), plain(before[field]))
  const schedule = scheduleFields.some(touched) ? mine : theirs
  const merged = Object.keys(mine).map((name) => {
    const field = name as keyof Draft
    const from = scheduleFields.includes(field as (typeof scheduleFields)[number])
      ? schedule
      : touched(field)
        ? mine
        : theirs
    return [field, from[field]]
  })
  return Object.fromEntries(merged)
}

const filled = (rows: readonly HeaderRow[]) => rows.filter(({ name, value }) => name.trim() !== '' || value !== '')

const plain = (value: Draft[keyof Draft]) =>
  Array.isArray(value) ? (value as HeaderRow[]).map(({ name, value }) => [name, value]) : value

function whole(text: string): number | string {
  return /^\d{1,15}$/.test(text.trim()) ? Number(text.trim()) : text.trim()
}

/** Equal as JSON, whatever the order of an object's names. */
function same(one: unknown, other: unknown): boolean {
  const sorted = (value: unknown) =>
    JSON.stringify(value, (_, inner) =>
      inner && typeof inner === 'object' && !Array.isArray(inner) ? Object.entries(inner).sort() : inner,
    )
  return sorted(one) === sorted(other)
}
