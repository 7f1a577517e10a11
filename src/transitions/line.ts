import { rows } from '../database/rows.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import { type Allotment, allotmentColumns, allotted, targetsOf } from './allotment.ts'
import { mayClaim } from './claim-fence.ts'
import type { ClaimOptions } from './claim-options.ts'
import { isInLine } from './predicates.ts'

/** A line of tasks from which a statement claims: SQL by which the claims of the lines differ. */
export interface Line {
  /** Whether a row of `task` waits in the line of a row of `allotted`. */
  readonly isIn: (sql: Sql) => Fragment
  /** What is asked for, as a CTE named `allotted`: for statements that only look. */
  readonly asked: (sql: Sql, allotments: readonly Allotment[]) => Fragment
  /** What may be claimed, as CTEs of which the last is named `allotted`. Empty unless this replica may claim. */
  readonly allotted: (sql: Sql, allotments: readonly Allotment[], options: ClaimOptions) => Fragment
  /**
   * A CTE, with a comma before it, that notes what was claimed.
   * @param claimed query that gives the allotment of each execution that was started
   */
  readonly spent: (sql: Sql, options: ClaimOptions, claimed: Fragment) => Fragment
}

/** The tasks that no flow limits. */
export const plainLine: Line = {
  isIn: (sql) => isInLine(sql),
  asked: (sql, allotments) => allotted(sql, allotments, sql`true`),
  allotted: (sql, allotments, options) => allotted(sql, allotments, mayClaim(sql, options)),
  spent: (sql) => sql``,
}

/** What is asked for of each flow, as rows named `asked`. */
const askedOf = (sql: Sql, allotments: readonly Allotment[]): Fragment =>
  rows(sql, allotments, 'asked', {
    ...allotmentColumns,
    flow: ['text', ({ flow }) => flow?.name],
    own: ['integer', ({ flow }) => flow?.calls],
  })

/**
 * The tasks of flows. A claim locks the rows of its flows, and leaves out those that another claim has locked. What it may
 * start is read from the locked rows, which are the newest: the snapshot of the statement may be older.
 *
 * The rate is counted as by the generic cell rate algorithm (ITU-T I.371): `next_free_at` is when the next call may start if
 * calls start evenly, and calls may start earlier by the time that `burst - 1` of them take.
 */
export const flowLine: Line = {
  isIn: (sql) => isInLine(sql, sql`allotted.flow`),
  asked: (sql, allotments) => sql`
    allotted as materialized (
      select allotment, service_id, flow, seats, after_at, after_id, ${targetsOf(sql)} as full_targets
      from ${askedOf(sql, allotments)}
    )`,
  allotted: (sql, allotments, options) => sql`
    asked as materialized (
      select *
      from ${askedOf(sql, allotments)}
      where ${mayClaim(sql, options)}
    ),
    -- The rows of the flows, locked. Those that another claim has locked are left out.
    limited as materialized (
      select asked.*, flow.*
      from (select * from asked order by service_id, flow) as asked
      cross join lateral (
        select concurrency, rate, period_seconds, burst, next_free_at, calls
        from flow
        where service_id = asked.service_id
          and name = asked.flow
          and paused_at is null
        limit 1
        for update skip locked
      ) flow
    ),
    -- The calls in flight: of this replica as it knows them, of the others as of their last claims.
    counted as materialized (
      select
        limited.*,
        ${options.hasDoubtfulClaims ? sql`greatest(own, coalesce((calls ->> ${options.replicaId})::integer, 0))` : sql`own`} as own_calls,
        (
          select coalesce(sum(value::integer), 0)::integer
          from jsonb_each_text(calls)
          where key <> ${options.replicaId}
        ) as other_calls,
        make_interval(secs => period_seconds::float8 / rate) as spacing,
        -- Time that has passed unused counts up to the burst: until this statement began for what may start, and until the flow was
        -- locked for what remains. The calls are sent after that, and the next ones may be sent sooner after their claim.
        greatest(next_free_at, now() - unused) as free_at,
        greatest(next_free_at, clock_timestamp() - unused) as spent_from
      from limited
      cross join lateral (select make_interval(secs => period_seconds::float8 / rate * (burst - 1)) as unused) time
    ),
    allotted as materialized (
      select
        allotment, service_id, flow, after_at, after_id, ${targetsOf(sql)} as full_targets,
        greatest(0, least(
          seats,
          concurrency - own_calls - other_calls,
          case
            when rate is not null then floor(date_part('epoch', now() - free_at) / date_part('epoch', spacing) + 0.000001) + 1
          end
        ))::integer as seats
      from counted
    )`,
  spent: (sql, { replicaId }, claimed) => sql`,
    spent as (
      update flow
      set calls = flow.calls || jsonb_build_object(${replicaId}::text, counted.own_calls + taken.count),
          next_free_at = case
            when flow.rate is null then flow.next_free_at
            else counted.spent_from + taken.count * counted.spacing
          end
      from counted
      cross join lateral (
        select count(*)::integer as count
        from (${claimed}) as claimed
        where claimed.allotment = counted.allotment
      ) taken
      where flow.service_id = counted.service_id
        and flow.name = counted.flow
    )`,
}
