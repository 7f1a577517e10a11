import type { Sql } from '../../database/sql.ts'
import { formatTime } from '../../formats/time.ts'
import { claimValidSeconds } from '../../transitions/claim-fence.ts'
import { isDueCron } from '../../transitions/cron-times.ts'
import { isInLine, isSlotDue } from '../../transitions/predicates.ts'

/** How far a look looks ahead, in ms: half of the second within which everything due must start. */
const horizonMs = 500
/** The shortest time until the next pass, in ms. */
export const shortestMs = 5

/** What is due. */
export interface Due {
  /** Services with a slot that is due. */
  readonly slots: readonly string[]
  /** Those of them with a slot that is late. */
  readonly late: readonly string[]
  /** Slots that were due before this time (RFC 3339, by the database's clock) are late. */
  readonly lateBefore: string
  /** Those of them with a slot of a cron schedule. */
  readonly cronServices: readonly string[]
  /** Services with a queued execution that is due. */
  readonly queued: readonly string[]
  /** How long until there may be more, in ms: from 5 to 500. */
  readonly nextInMs: number
  /** Until when what is seen here may be claimed; undefined when nothing is due. */
  readonly claimUntil: string | undefined
}

/**
 * Looks at what is due, in one statement.
 * @param toleranceSeconds a slot that is later than this is late
 */
export async function look(sql: Sql, toleranceSeconds: number): Promise<Due> {
  const services = await listDueServices(sql, horizonMs / 1000)
  const slots = services.filter(({ slot_in_ms }) => slot_in_ms !== null && slot_in_ms <= 0)
  const queued = services.filter(({ queued_in_ms }) => queued_in_ms !== null && queued_in_ms <= 0)
  const times = services.flatMap(({ slot_in_ms, queued_in_ms }) => [slot_in_ms ?? horizonMs, queued_in_ms ?? horizonMs])
  const claimUntil = services[0]?.claim_until
  return {
    slots: slots.map(({ service_id }) => service_id),
    late: slots
      .filter(({ slot_in_ms }) => (slot_in_ms as number) < -toleranceSeconds * 1000)
      .map(({ service_id }) => service_id),
    lateBefore: claimUntil === undefined ? '-infinity' : lateBefore(claimUntil, toleranceSeconds),
    cronServices: services.filter(({ has_due_cron }) => has_due_cron).map(({ service_id }) => service_id),
    queued: queued.map(({ service_id }) => service_id),
    nextInMs: Math.max(shortestMs, Math.min(horizonMs, ...times)),
    claimUntil,
  }
}

/** The database's time of the look, from which `claimUntil` was counted, less the tolerance. */
const lateBefore = (claimUntil: string, toleranceSeconds: number) =>
  formatTime(Date.parse(claimUntil) - (claimValidSeconds + toleranceSeconds) * 1000)

/** When a service has something due. */
export interface DueService {
  readonly service_id: string
  /** Milliseconds until its earliest slot, negative when it is late; null when none comes within the horizon. */
  readonly slot_in_ms: number | null
  /** The same for its earliest queued execution. */
  readonly queued_in_ms: number | null
  /** Whether a slot of a cron schedule is due. */
  readonly has_due_cron: boolean
  /** Until when what is seen here may be claimed: a claim that reaches the server later takes nothing. */
  readonly claim_until: string
}

/**
 * The services with something due within `horizonSeconds`. It makes one probe into each of two indexes for every service,
 * and a third for those with something due.
 */
export async function listDueServices(sql: Sql, horizonSeconds: number): Promise<DueService[]> {
  const horizon = sql`now() + make_interval(secs => ${horizonSeconds})`
  return sql<DueService[]>`
    /* duly:look */
    select
      service.id as service_id,
      date_part('epoch', slot.at - now()) * 1000 as slot_in_ms,
      date_part('epoch', queued.at - now()) * 1000 as queued_in_ms,
      -- The replica then works out the next times of the due patterns, before it claims.
      exists (
        select from task
        where task.service_id = service.id
          and ${isDueCron(sql)}
          and ${isInLine(sql)}
      ) as has_due_cron,
      -- A claim that reaches the server later takes nothing.
      now() + make_interval(secs => ${claimValidSeconds}) as claim_until
    from service
    -- The earliest slot of the service: the first entry of an index. Slots somewhat ahead time the next pass.
    left join lateral (
      select scheduled_at as at
      from task
      where task.service_id = service.id
        and ${isSlotDue(sql, horizon)}
        and ${isInLine(sql)}
      order by scheduled_at, id
      limit 1
    ) slot on true
    -- The earliest queued execution, likewise.
    left join lateral (
      select queued_for as at
      from task
      where task.service_id = service.id
        and queued_for <= ${horizon}
        and ${isInLine(sql)}
      order by queued_for
      limit 1
    ) queued on true
    where slot.at is not null
      or queued.at is not null`
}
