import type { Method, Status, Task, Unit } from '../client/api.ts'
import { toLocalInput } from '../format/format-time.ts'
import { copiedRows, type HeaderRow, rowsOf } from './header-rows.ts'

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
  readonly time_zone: string
  /** The next run as a datetime-local input has it: in the reader's zone. */
  readonly scheduled_at: string
  readonly status: Status
  readonly timeout_seconds: string
  readonly retries: string
}

/** What a draft holds of the schedule: the fields of all kinds, and which kind it is. */
export const scheduleParts = ['kind', 'frequency', 'unit', 'cron', 'time_zone', 'scheduled_at'] as const

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
    time_zone: '',
    scheduled_at: '',
    status: 'active',
    timeout_seconds: '',
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
    time_zone: task.time_zone ?? '',
    scheduled_at: task.scheduled_at === null ? '' : toLocalInput(task.scheduled_at),
    status: task.status,
    timeout_seconds: task.timeout_seconds === null ? '' : String(task.timeout_seconds),
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
    scheduled_at: isOver || draft.kind === 'cron' || Date.parse(scheduled_at) <= now ? '' : draft.scheduled_at,
    status: isOver ? 'active' : draft.status,
  }
}
