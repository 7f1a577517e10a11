import { rows } from '../database/rows.ts'
import type { Fragment, Sql } from '../database/sql.ts'

/** How a call ended, as it is stored. */
export interface Outcome {
  readonly status: 'success' | 'failed'
  readonly status_code: number | null
  readonly response: string | null
  readonly response_truncated: boolean
  readonly duration_ms: number | null
  /** How long the call waited to be sent, how long its look-up took and how long it waited for the answer; null for none. */
  readonly waited_ms: number | null
  readonly lookup_ms: number | null
  readonly answer_ms: number | null
  /** Whether the request is known to have been sent twice, because the target closed a kept connection. */
  readonly sent_twice: boolean
  readonly error: string | null
  /** The headers of an answer with which the call has failed: names in lower case, each with its values. */
  readonly response_header?: Readonly<Record<string, readonly string[]>> | null
}

/** An outcome with the key of its execution and what is to follow. */
export interface OutcomeRow extends Outcome {
  readonly service_id: string
  readonly task_id: string
  readonly execution_id: string
  readonly slot_id: string
  readonly created_at: string
  /** How late the first attempt at a slot started, in ms. */
  readonly skew_ms?: number | null
  /** The partition that contains the execution's row, and the row's ctid, as the claim returned them. */
  readonly partition: string
  readonly ctid: string
  /** Time until the next attempt, in ms; null for none. */
  readonly retry_in_ms: number | null
  /** True for a call that was interrupted: its slot is sent again. */
  readonly redeliver: boolean
}

/** Outcomes as rows named `outcome`. */
export const outcomes = (sql: Sql, list: readonly OutcomeRow[]): Fragment =>
  rows(sql, list, 'outcome', {
    ctid: 'tid',
    execution_id: 'uuid',
    status: 'text',
    status_code: 'integer',
    response: 'text',
    response_truncated: 'boolean',
    duration_ms: 'integer',
    waited_ms: 'integer',
    lookup_ms: 'integer',
    answer_ms: 'integer',
    sent_twice: 'boolean',
    error: 'text',
    retry_in_ms: 'integer',
    redeliver: 'boolean',
    ...(haveHeaders(list)
      ? { response_header: ['text', ({ response_header: header }) => header && JSON.stringify(header)] }
      : {}),
  })

/** Whether one of the outcomes has headers to store: without one, the statement does not mention them. */
const haveHeaders = (list: readonly OutcomeRow[]) => list.some(({ response_header }) => response_header)

/** What closing these sets in a row of `execution`. */
export const outcomeColumns = (sql: Sql, list: readonly OutcomeRow[]): Fragment => sql`
  ${haveHeaders(list) ? sql`response_header = outcome.response_header::json,` : sql``}
  status = outcome.status,
  status_code = outcome.status_code,
  response = outcome.response,
  response_truncated = outcome.response_truncated,
  duration_ms = outcome.duration_ms,
  waited_ms = outcome.waited_ms,
  lookup_ms = outcome.lookup_ms,
  answer_ms = outcome.answer_ms,
  sent_twice = outcome.sent_twice,
  error = outcome.error`
