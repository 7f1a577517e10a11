import type { Fragment, Sql } from '../database/sql.ts'

/** The first slot of rows named `new` that have `scheduled_at`, `frequency` and `unit`: SQL for a lateral join that gives `at`. */
export const firstSlot = (sql: Sql): Fragment => sql`
  lateral (
    select coalesce(new.scheduled_at, now() + new.frequency * ('1 ' || new.unit)::interval) as at
  ) first`

/** The day of the month that a row named `new` keeps: the day of its given time, or of now. Null unless it is monthly. */
export const anchorDay = (sql: Sql): Fragment =>
  sql`case when new.unit = 'month' then extract(day from coalesce(new.scheduled_at, now())) end`
