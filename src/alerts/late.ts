import type { Sql } from '../database/sql.ts'
import { isCurrent } from '../transitions/predicates.ts'
import { closeAlerts } from './close.ts'
import { dueInLines, servicesDue, servicesDueInFlows, waitsForCatchUp, waitsForFlow } from './late-lines.ts'
import { openAlerts } from './open.ts'
import { policyOf } from './policy-of.ts'

/** The most due tasks of a service that are looked at, without flows and of flows, and the most alerts that one statement closes. */
export const lateBatch = 1_000

/** The smallest `late_seconds` that a policy may have. */
export const leastLateSeconds = 10

/**
 * Why slots of a service that are due may not be claimed, as the replica knows that looks: clauses for the alert, which name
 * nothing of other services.
 */
export interface Obstacles {
  /** What keeps all of its slots. */
  readonly service: string | null
  /** What keeps those of some targets (host and port). */
  readonly targets: Readonly<Record<string, string>>
  /** Time zones and cron patterns, with a space between, that the replica cannot read. */
  readonly unreadable: readonly string[]
}

/**
 * Takes the turn to look for what is late, so that one replica does.
 * @returns false when another one has looked within the last `everySeconds`
 */
export async function takeTurn(sql: Sql, everySeconds: number): Promise<boolean> {
  const { count } = await sql`
    /* duly:take_turn_of_notices */
    update pass_beat
    set noticed_at = now()
    where noticed_at < now() - make_interval(secs => ${everySeconds}::float8)
      or noticed_at > now() + interval '1 minute'`
  return count === 1
}

/**
 * Returns the services with a slot that has been due for as long as the strictest policy allows. It makes one index probe for each
 * service and each flow: a look of the scheduler makes the same for services, so what it has found is not asked again.
 * @param known the services with such a slot outside flows, from the last look; undefined when there was none lately
 */
export async function listServicesLate(sql: Sql, known: readonly string[] | undefined): Promise<string[]> {
  const dueBefore = sql`now() - make_interval(secs => ${leastLateSeconds})`
  const rows = await sql<{ service_id: string }[]>`
    /* duly:list_services_late */
    ${known === undefined ? servicesDue(sql, dueBefore) : sql`select * from unnest(${known as string[]}::uuid[]) as known (service_id)`}
    union
    ${servicesDueInFlows(sql, dueBefore)}`
  return rows.map(({ service_id }) => service_id)
}

/**
 * Opens an alert for each task of a service whose slot has been due for as long as its policy says, and which has not started:
 * among its 1,000 oldest due slots, and the 100 oldest of each flow, up to 1,000. The time counts from the last of: when it was
 * due, the last change of the task, the end of the last outage (of which one alert has told), and the end of its previous run.
 * A task whose previous run goes on is not late: it waits for itself, and that the run takes long is an alert of its own.
 * @param limitSeconds after how long without a beat there is an outage: then nothing is opened. What it is above a minute is
 *   twice the interval of passes that run on a pattern only, for which every slot waits
 * @returns how many were opened
 */
export async function openLate(
  sql: Sql,
  serviceId: string,
  { service, targets, unreadable }: Obstacles,
  limitSeconds: number,
): Promise<number> {
  const passSeconds = Math.max(0, (limitSeconds - 60) / 2)
  const [row] = await sql<{ opened: number }[]>`
    /* duly:open_late */
    with last_outage as materialized (
      select max(ended_at) as ended_at
      from outage
    ),
    due as materialized (
      select *
      from (${dueInLines(sql, serviceId, sql`now() - make_interval(secs => ${leastLateSeconds})`, lateBatch)}) as slot
      where exists (select from pass_beat where at > now() - make_interval(secs => ${limitSeconds}::float8))
    ),
    -- Before the policies are looked up: while a service is overloaded, most of the oldest have their alert.
    unknown as materialized (
      select due.*, greatest(due.scheduled_at, due.updated_at, last_outage.ended_at) as waits_since
      from due
      cross join last_outage
      where not due.queued_running
        and due.id not in (
          select task_id
          from alert
          where alert.service_id = ${serviceId}
            and alert.kind = 'late'
            and alert.closed_at is null
            and alert.task_id is not null
        )
    ),
    late as materialized (
      select unknown.*, policy.late_seconds, policy.channels, policy.recovered, policy.remind_hours
      from unknown
      cross join lateral (${policyOf(sql, sql`unknown`)}) policy
      where unknown.waits_since < now() - make_interval(secs => policy.late_seconds + ${passSeconds}::float8)
    ),
    waiting as materialized (
      select late.*
      from late
      left join lateral (
        select execution.status, execution.started_at + execution.duration_ms * interval '1 millisecond' as ended_at
        from execution
        where ${isCurrent(sql, sql`late`)}
        limit 1
      ) run on true
      where run.status is distinct from 'started'
        and coalesce(run.ended_at, '-infinity') < now() - make_interval(secs => late.late_seconds + ${passSeconds}::float8)
    ),
    -- Those whose row nobody else has locked.
    unlocked as materialized (
      select task.id
      from task
      where task.service_id = ${serviceId}
        and task.id = any(array(select id from waiting))
      order by task.id
      for no key update skip locked
    ),
    ${openAlerts(
      sql,
      sql`
        select
          waiting.service_id, 'late' as kind, waiting.id as task_id, waiting.name as task_name, waiting.target,
          waiting.scheduled_at as since, null::timestamptz as until, false as is_event, null::integer as failures,
          null::integer as tasks,
          case
            when not exists (select from replica where lease_until > now())
              then 'no replica holds a lease, without which nothing is claimed'
            when waiting.cron is not null and concat_ws(' ', waiting.time_zone, waiting.cron) = any(${unreadable as string[]}::text[])
              then 'its cron pattern or time zone cannot be read by this version of Duly; the log says why'
            when waiting.flow_is_paused or waiting.flow_is_full
              then ${waitsForFlow(sql)}
            when ${JSON.stringify(targets)}::text::jsonb ? waiting.target
              then ${JSON.stringify(targets)}::text::jsonb ->> waiting.target
            when ${service}::text is not null
              then ${service}::text
            when waiting.queued_for <= now()
              then 'an earlier attempt of it is due, and has not started either'
            when waiting.id not in (select id from unlocked)
              then 'another session of the database holds a lock on its row'
            when waiting.flow is not null and waiting.before > 0
              then ${waitsForFlow(sql)}
            when waiting.flow is null and catch_up.per_second is not null
              then ${waitsForCatchUp(sql)}
            else 'the replica that looked has room for it, and does not know why it was not taken; its log may say more'
          end as error,
          null::uuid as execution_id, null::timestamptz as execution_created_at, waiting.channels, waiting.recovered,
          waiting.remind_hours
        from waiting
        left join catch_up on catch_up.service_id = waiting.service_id`,
    )}
    select count(*)::integer as opened
    from opened`
  return row?.opened ?? 0
}

/**
 * Closes the alerts of tasks of a service that are late no more, up to 1,000 of them: a slot was taken since, the task was given
 * another time, or it was paused, disabled or deleted. A slot that was skipped has not started: its alert waits for one that has.
 * @returns how many were closed
 */
export async function closeLate(sql: Sql, serviceId: string): Promise<number> {
  const [row] = await sql<{ closed: number }[]>`
    /* duly:close_late */
    with ended as materialized (
      select alert.service_id, alert.id, because
      from alert
      left join task on task.service_id = alert.service_id and task.id = alert.task_id
      cross join lateral (
        select
          case
            when task.id is null or task.deleted_at is not null then 'deleted'
            -- A task that runs once is disabled after it has.
            when task.current_created_at >= alert.since and (task.once_running or task.scheduled_at is distinct from alert.since)
              then 'started'
            when task.status <> 'active' then task.status
            when task.scheduled_at is distinct from alert.since and task.updated_at > alert.opened_at then 'skipped'
          end as because
      ) reason
      where alert.service_id = ${serviceId}
        and alert.kind = 'late'
        and alert.closed_at is null
        and because is not null
      limit ${lateBatch}
    ),
    ${closeAlerts(sql, sql`select service_id, id, because from ended`)}
    select count(*)::integer as closed
    from closed_alert`
  return row?.closed ?? 0
}
