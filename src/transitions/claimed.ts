import { columnsOf } from '../database/rows.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import { laterTime } from '../formats/time.ts'
import type { SealedHeader } from '../secrets/secrets.ts'
import { type ClaimedName, claimedNames, type ExtraName, extraNames, type FieldValues } from '../task-fields/fields.ts'
import type { Allotment } from './allotment.ts'
import { offsetIn } from './spread.ts'

/** The columns of `task` that a call needs: fields, the target (host and port of the URL), and the sealed secret headers. */
export interface CallColumns extends Pick<FieldValues, ClaimedName> {
  target: string
  /** Encrypted values of secret headers, which are masked in `header`. */
  secret_header: SealedHeader | null
  /** The fields that few tasks have; null for a task that has none of them. */
  extras: Extras | null
}

/** The values of the fields that few tasks have. */
export type Extras = Readonly<Pick<FieldValues, ExtraName>> & {
  /** The hidden part of a secret URL, encrypted. */
  readonly sealed_url: string | null
  /** How many seconds after its slots the task starts. */
  readonly spread_offset: number
}

/** The columns of `task` in `extras`. */
const extraColumns = [...extraNames, 'sealed_url'] as const

/** The columns of `task` among `CallColumns`. */
const storedColumns = [...claimedNames, 'target', 'secret_header'] as const

/** The names of `CallColumns`, in the order in which claims return them. */
export const callColumns: readonly (keyof CallColumns)[] = [...storedColumns, 'extras']

/** SQL for the list of `callColumns` of a row named `task`. */
export const callValues = (sql: Sql): Fragment => {
  const isGiven = extraColumns.map(
    (name, index) => sql`${index === 0 ? sql`` : sql` or `}task.${sql(name)} is not null`,
  )
  const pairs = extraColumns.map((name) => sql`${name}::text, task.${sql(name)}, `)
  return sql`
    ${columnsOf(sql, sql`task`, storedColumns)},
    case when task.spread_offset > 0 or ${isGiven} then jsonb_build_object(${pairs} 'spread_offset', ${offsetIn(sql)}) end as extras`
}

/** An execution that was claimed, with everything its call needs. */
export interface Claimed extends CallColumns {
  service_id: string
  task_id: string
  execution_id: string
  slot_id: string
  created_at: string
  /** The partition that contains the execution's row, and the row's ctid: the execution is closed without an index. */
  partition: string
  ctid: string
  scheduled_for: string
  /** When the slot was to start, `spread_offset` seconds after it; undefined for an execution that was queued. */
  scheduled_at?: string
  attempt: number
  /** How long before the claim the first attempt at the slot began, in ms: see first-attempts.ts. */
  since_first_ms?: number
  redelivery: number
  /** How late it was claimed, in ms: for the first attempt at a slot with no missed slot before it, of a task that no flow limits. */
  skew_ms?: number | null
  /** True for a task that runs once: recording its last outcome disables it. */
  once: boolean
  /** The flow whose limits the claim has spent; undefined for a task without a flow. */
  flow?: string | undefined
  /** True for an execution that was queued first: recording its outcome must free the task. */
  was_queued: boolean
}

/** The columns of a claim of slots, in the order in which the statement returns them. */
export const slotColumns = [
  'allotment',
  'task_id',
  'execution_id',
  'scheduled_for',
  'once',
  'counts_skew',
  ...storedColumns,
] as const

/**
 * A claim of slots: an array for each of `slotColumns`, each null when nothing was claimed, and the extras by the ids of the
 * executions that have any, null when none has.
 */
export type SlotColumns = readonly (readonly unknown[] | Readonly<Record<string, Extras>> | null)[]

/** The ctids of the executions that a claim inserted, in the order of the claim. */
export type OpenedCtids = readonly string[]

/** What all executions of a claim have in common. */
interface ClaimOfSlots {
  /** As they were given to the claim; a slot names its allotment by number, from 1. */
  readonly allotments: readonly Allotment[]
  readonly created_at: string
  readonly partition: string
}

/** Converts the columns of a claim to executions. */
export function toClaimed(columns: SlotColumns, ctids: OpenedCtids, claim: ClaimOfSlots): Claimed[] {
  const [allotted, tasks, executions, slots, once, countsSkew, ...ofCalls] = columns as (readonly never[])[]
  const extras = ofCalls[storedColumns.length] as unknown as Readonly<Record<string, Extras>> | null
  const { allotments, created_at, partition } = claim
  const claimedAt = Date.parse(created_at)
  return ((allotted ?? []) as readonly number[]).map((ordinal, row) => {
    const scheduledFor = toRfc3339(slots?.[row] as unknown as string)
    const id = executions?.[row] as unknown as string
    const { service_id, flow } = allotments[ordinal - 1] as Allotment
    const offset = extras?.[id]?.spread_offset
    const scheduledAt = offset ? laterTime(scheduledFor, offset) : scheduledFor
    const claimed = {
      service_id,
      task_id: tasks?.[row],
      execution_id: id,
      slot_id: id,
      created_at,
      partition,
      ctid: ctids[row],
      scheduled_for: scheduledFor,
      scheduled_at: scheduledAt,
      attempt: 1,
      redelivery: 0,
      // How long a task has waited for its flow says nothing about the scheduler.
      skew_ms: countsSkew?.[row] && !flow ? Math.max(0, claimedAt - Date.parse(scheduledAt)) : null,
      once: once?.[row],
      flow: flow?.name,
      was_queued: false,
    } as unknown as Claimed
    // Not with an iterator: this runs for each column of each execution.
    for (let index = 0; index < storedColumns.length; index++)
      claimed[storedColumns[index] as never] = ofCalls[index]?.[row] as never
    claimed.extras = extras?.[id] ?? null
    return claimed
  })
}

/** A time in JSON as PostgreSQL writes it, with Z instead of +00:00. */
export const toRfc3339 = (time: string) => time.replace('+00:00', 'Z')
