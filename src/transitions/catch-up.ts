import { allotted } from './allotment.ts'
import { mayClaim } from './claim-fence.ts'
import { type Line, plainLine } from './line.ts'

// Late slots of a service start at most `catch_up.per_second` times a second, on all replicas together. The row of a service
// is locked by the claim that spends its time. Claims of slots that are on time do not read it.

/** How much time that was not used may be used later. A scheduler that is busy for so long loses nothing of its rate. */
const unusedMs = 200
/** After so long without a start the rate begins anew, with one start. */
const idleMs = 1_000

/**
 * The late slots of tasks that no flow limits. A service with a limit is allotted as many seats as its limit allows now, and none
 * while another claim spends from it.
 * @param before only slots that were due before this time (RFC 3339)
 */
export const lateLine = (before: string): Line => ({
  ...plainLine,
  isIn: (sql) => sql`
    ${plainLine.isIn(sql)}
          and task.scheduled_at < ${before}::timestamptz`,
  allotted: (sql, allotments, options) => sql`
    offered as materialized (
      with ${allotted(sql, allotments, mayClaim(sql, options))}
      select *
      from allotted
    ),
    -- Services with a limit, locked. One that another claim has locked gets nothing this time.
    limited as materialized (
      select
        service_id,
        per_second,
        -- When the first of these starts was allowed: time that was not used in the last moments counts, older time does not.
        case
          when next_free_at < now() - make_interval(secs => ${idleMs / 1000}) then now()
          else greatest(next_free_at, now() - make_interval(secs => ${unusedMs / 1000}))
        end as since
      from catch_up
      where service_id = any(${allotments.map(({ service_id }) => service_id)}::uuid[])
      order by service_id
      for update skip locked
    ),
    allotted as materialized (
      select
        offered.allotment,
        offered.service_id,
        case
          when limited.service_id is not null then
            least(offered.seats, greatest(0, floor(date_part('epoch', now() - limited.since) * limited.per_second) + 1))::integer
          when exists (select from catch_up where catch_up.service_id = offered.service_id) then 0
          else offered.seats
        end as seats,
        offered.after_at,
        offered.after_id,
        offered.full_targets
      from offered
      left join limited on limited.service_id = offered.service_id
    )`,
  spent: (sql, _, claimed) => sql`,
    spent as (
      update catch_up
      set next_free_at = limited.since + make_interval(secs => started.count::float8 / limited.per_second)
      from limited
      join (
        select allotted.service_id, count(*)
        from (${claimed}) as claimed
        join allotted on allotted.allotment = claimed.allotment
        group by allotted.service_id
      ) started on started.service_id = limited.service_id
      where catch_up.service_id = limited.service_id
    )`,
})
