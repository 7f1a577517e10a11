import type { Sql } from '../../database/sql.ts'
import { claimValidSeconds } from '../../transitions/claim-fence.ts'
import { isDueCron } from '../../transitions/cron-times.ts'
import { isInLine, isSlotDue } from '../../transitions/predicates.ts'

/** When a service has something due. */
export interface DueService {
  readonly service_id: string
  /** Milliseconds until its earliest slot, negative when it is late; null when none comes within the horizon. */
  readonly slot_in_ms: number | null
  /** The same for its earliest queued execution. */
  readonly queued_in_ms: number | null
  /** Whether a slot of a cron schedule is due. */
  readonly has_due_cron: boolean
}

/** What a look has seen. */
export interface Look {
  readonly services: readonly DueService[]
  /** What the look could see: the next one finds the services that transactions have woken since. */
  readonly snapshot: string
  /** The database's time, in ms since 1970. */
  readonly nowMs: number
  /** Until when what is seen here may be claimed: a claim that reaches the server later takes nothing. */
  readonly claimUntil: string
  /** Whether any service has a flow. */
  readonly hasFlows: boolean
}

/** The services of a look that is not at all of them. */
export interface LookedAt {
  readonly services: readonly string[]
  /** Also those that were woken since the look that had this snapshot. */
  readonly wokenSince: string
}

interface LookRow extends Omit<DueService, 'service_id'> {
  /** Null in the only row when nothing is due. */
  readonly service_id: string | null
  readonly snapshot: string
  readonly now_ms: number
  readonly claim_until: string
  readonly has_flows: boolean
}

/**
 * Looks for services with something due within `horizonSeconds`. It makes one probe into each of two indexes for every service
 * that it looks at, and a third for those with something due.
 * @param among undefined for all services
 */
export async function listDueServices(sql: Sql, horizonSeconds: number, among?: LookedAt): Promise<Look> {
  const horizon = sql`now() + make_interval(secs => ${horizonSeconds})`
  const rows = await sql<LookRow[]>`
    /* duly:look */
    select
      due.*,
      pg_current_snapshot()::text as snapshot,
      date_part('epoch', now()) * 1000 as now_ms,
      -- A claim that reaches the server later takes nothing.
      now() + make_interval(secs => ${claimValidSeconds}) as claim_until,
      -- Without any there is nothing to look for in flows.
      exists (select from flow) as has_flows
    from (select) look
    left join (
      select
        looked.service_id,
        date_part('epoch', slot.at - now()) * 1000 as slot_in_ms,
        date_part('epoch', queued.at - now()) * 1000 as queued_in_ms,
        -- The replica then works out the next times of the due patterns, before it claims.
        exists (
          select from task
          where task.service_id = looked.service_id
            and ${isDueCron(sql)}
            and ${isInLine(sql)}
        ) as has_due_cron
      from ${among === undefined ? sql`(select id as service_id from service)` : woken(sql, among)} looked
      -- The earliest slot of the service: the first entry of an index. Slots somewhat ahead time the next pass.
      left join lateral (
        select scheduled_at as at
        from task
        where task.service_id = looked.service_id
          and ${isSlotDue(sql, horizon)}
          and ${isInLine(sql)}
        order by scheduled_at, id
        limit 1
      ) slot on true
      -- The earliest queued execution, likewise.
      left join lateral (
        select queued_for as at
        from task
        where task.service_id = looked.service_id
          and queued_for <= ${horizon}
          and ${isInLine(sql)}
        order by queued_for
        limit 1
      ) queued on true
      where slot.at is not null
        or queued.at is not null
    ) due on true`
  const { snapshot = '', now_ms = 0, claim_until = '', has_flows = true } = rows[0] ?? {}
  return { services: rows.filter(hasService), snapshot, nowMs: now_ms, claimUntil: claim_until, hasFlows: has_flows }
}

const hasService = (row: LookRow): row is LookRow & DueService => row.service_id !== null

/**
 * These services, and those of transactions that were committed since a snapshot: it did not see those that were open, and those
 * that began later. The two are read apart, so that a transaction that stays open for hours costs nothing. Ids of transactions of
 * another server are left out.
 */
const woken = (sql: Sql, { services, wokenSince }: LookedAt) => {
  const snapshot = sql`${wokenSince}::text::pg_snapshot`
  return sql`
  (
    select service_id
    from unnest(${services}::uuid[]) as known (service_id)
    union
    select service_id
    from wake
    where xid = any(array(select pg_snapshot_xip(${snapshot})))
    union
    select service_id
    from wake
    where xid >= pg_snapshot_xmax(${snapshot})
      and xid < pg_snapshot_xmax(pg_current_snapshot())
  )`
}
