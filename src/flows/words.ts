import type { Fragment, Sql } from '../database/sql.ts'

/** SQL for the limits of a row of `flow` in words: `10 at once, 100 a minute, burst 20`; an empty text without a limit. */
export const limitsInWords = (sql: Sql): Fragment => sql`
  concat_ws(
    ', ',
    flow.concurrency || ' at once',
    flow.rate || case
      when flow.period_seconds = 1 then ' a second'
      when flow.period_seconds = 60 then ' a minute'
      when flow.period_seconds = 3600 then ' an hour'
      when flow.period_seconds = 86400 then ' a day'
      else ' in ' || flow.period_seconds || ' seconds'
    end,
    'burst ' || flow.burst
  )`

/**
 * SQL for whether a row of `flow` lets no call start now, as the last claims left it: as many as it may have are in flight, or
 * its rate allows none yet.
 */
export const isFull = (sql: Sql): Fragment => sql`
  coalesce(
    (select sum(value::integer) from jsonb_each_text(flow.calls)) >= flow.concurrency
      or flow.next_free_at > now() + make_interval(secs => flow.period_seconds::float8 / flow.rate * (flow.burst - 1)),
    false
  )`
