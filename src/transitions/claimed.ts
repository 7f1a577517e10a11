import type { SealedHeader } from '../secrets/secrets.ts'
import type { Allotment } from './allotment.ts'

/** An execution that was taken, with all that its call needs. */
export interface Claimed {
  service_id: string
  task_id: string
  execution_id: string
  slot_id: string
  created_at: string
  /** The partition in which the execution's row lies, and where in it (ctid): it is closed without a look-up. */
  partition: string
  place: string
  scheduled_for: string
  attempt: number
  redelivery: number
  method: string
  url: string
  target: string
  /** Request headers; the values of those that stand in `secret_header` are masked. */
  header: Readonly<Record<string, string>>
  secret_header: SealedHeader | null
  payload: string | null
  timeout_seconds: number | null
  retries: number
  /** By how much it started late: of the first attempt at a slot, and only when no slot was missed before it. */
  skew_ms?: number | null
  /** A task that runs once: recording its last outcome disables it. */
  once: boolean
  /** True for an execution that was queued before it was claimed: its end must free the task. */
  was_queued: boolean
}

/** The slots of a claim, a column each, in this order. */
export type SlotColumns = [
  allotment: number[] | null,
  task_id: string[],
  execution_id: string[],
  place: string[],
  scheduled_for: string[],
  method: string[],
  url: string[],
  target: string[],
  header: { [name: string]: string }[],
  secret_header: (SealedHeader | null)[],
  payload: (string | null)[],
  timeout_seconds: (number | null)[],
  retries: number[],
  once: boolean[],
  missed_slots: number[],
]

/**
 * Puts the columns of a claim together.
 * @param allotments as they were given to the claim: a slot names its own by number, from 1
 */
export function toClaimed(
  columns: SlotColumns,
  allotments: readonly Allotment[],
  created_at: string,
  partition: string,
): Claimed[] {
  const [
    allotted,
    tasks,
    executions,
    places,
    slots,
    methods,
    urls,
    targets,
    headers,
    secretHeaders,
    payloads,
    timeouts,
    retries,
    once,
    missed,
  ] = columns
  const claimedAt = Date.parse(created_at)
  return (allotted ?? []).map((ordinal, row) => ({
    service_id: (allotments[ordinal - 1] as Allotment).service_id,
    task_id: tasks[row] as string,
    execution_id: executions[row] as string,
    slot_id: executions[row] as string,
    created_at,
    partition,
    place: places[row] as string,
    scheduled_for: toRfc3339(slots[row] as string),
    attempt: 1,
    redelivery: 0,
    method: methods[row] as string,
    url: urls[row] as string,
    target: targets[row] as string,
    header: headers[row] as Claimed['header'],
    secret_header: secretHeaders[row] as Claimed['secret_header'],
    payload: payloads[row] as string | null,
    timeout_seconds: timeouts[row] as number | null,
    retries: retries[row] as number,
    skew_ms: missed[row] === 0 ? Math.max(0, claimedAt - Date.parse(slots[row] as string)) : null,
    once: once[row] as boolean,
    was_queued: false,
  }))
}

/** JSON's own text for a time ends in +00:00. */
export const toRfc3339 = (time: string) => time.replace('+00:00', 'Z')
