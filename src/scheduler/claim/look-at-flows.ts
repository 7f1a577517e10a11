import type { Sql } from '../../database/sql.ts'
import { claimValidSeconds } from '../../transitions/claim-fence.ts'
import { isDueCron } from '../../transitions/cron-times.ts'
import { isInLine, isQueuedDue, isSlotDue } from '../../transitions/predicates.ts'

/** A flow with something due soon. */
export interface FlowWork {
  readonly service_id: string
  readonly flow: string
  /** Milliseconds until its earliest slot, negative when it is late; null when none comes within the horizon. */
  readonly slot_in_ms: number | null
  /** The same for its earliest queued execution. */
  readonly queued_in_ms: number | null
  /** Whether a slot of a cron schedule is due. */
  readonly has_due_cron: boolean
  readonly concurrency: number | null
  /** Calls of other replicas as of their last claims. */
  readonly other_calls: number
  /** Milliseconds until the rate lets a call start; 0 if it does now. */
  readonly rate_in_ms: number
  /** Calls of this replica as of its last claim. */
  readonly written_calls: number
  /** Until when what is seen here may be claimed (RFC 3339). */
  readonly claim_until: string
}

/**
 * The flows that are not paused and have something due within `horizonSeconds`. It makes three probes for each flow, and locks
 * nothing: what may be claimed is decided by the claim.
 * @param among only these flows; undefined for all
 */
export async function lookAtFlows(
  sql: Sql,
  replicaId: string,
  horizonSeconds: number,
  among?: readonly Pick<FlowWork, 'service_id' | 'flow'>[],
): Promise<FlowWork[]> {
  const horizon = sql`now() + make_interval(secs => ${horizonSeconds})`
  const flow = sql`flow.name`
  return sql<FlowWork[]>`
    /* duly:look_at_flows */
    select
      flow.service_id,
      flow.name as flow,
      date_part('epoch', slot.at - now()) * 1000 as slot_in_ms,
      date_part('epoch', queued.at - now()) * 1000 as queued_in_ms,
      exists (
        select from task
        where task.service_id = flow.service_id
          and ${isDueCron(sql)}
          and ${isInLine(sql, flow)}
      ) as has_due_cron,
      flow.concurrency,
      (
        select coalesce(sum(value::integer), 0)::integer
        from jsonb_each_text(flow.calls)
        where key <> ${replicaId}
      ) as other_calls,
      coalesce((flow.calls ->> ${replicaId})::integer, 0) as written_calls,
      case
        when flow.rate is null then 0
        else greatest(0, date_part('epoch', greatest(flow.next_free_at, now()) - now())) * 1000
      end as rate_in_ms,
      now() + make_interval(secs => ${claimValidSeconds}) as claim_until
    from flow
    left join lateral (
      select scheduled_at as at
      from task
      where task.service_id = flow.service_id
        and ${isSlotDue(sql, horizon)}
        and ${isInLine(sql, flow)}
      order by scheduled_at, id
      limit 1
    ) slot on true
    left join lateral (
      select queued_for as at
      from task
      where task.service_id = flow.service_id
        and ${isQueuedDue(sql, horizon)}
        and ${isInLine(sql, flow)}
      order by queued_for
      limit 1
    ) queued on true
    where flow.paused_at is null
      ${
        among === undefined
          ? sql``
          : sql`and (flow.service_id, flow.name) in (
              select * from unnest(${among.map(({ service_id }) => service_id)}::uuid[], ${among.map((one) => one.flow)}::text[])
            )`
      }
      and (slot.at is not null or queued.at is not null)`
}
