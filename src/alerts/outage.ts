import type { Fragment, Sql } from '../database/sql.ts'
import { isInLine, isSlotDue } from '../transitions/predicates.ts'
import { openAlerts } from './open.ts'
import { policyOfService } from './policy-of.ts'

/** Due tasks of a service are counted up to this. */
const countedAtMost = 1_000_000

/** An outage that has ended. */
export interface Outage {
  readonly began_at: string
  readonly ended_at: string
  /** How many services had something due, and have an alert. */
  readonly services: number
}

/**
 * Writes the outage that ends now, if passes last went well more than `limitSeconds` ago, and an alert for each service that
 * has something due: before anything is claimed, this is what the outage has held up. Of several replicas one writes it. If no
 * pass has gone well since the last outage, that one is made longer, and nobody is told again.
 * @param dueBy slots that were due at this time or before it are counted: now, unless another time is given
 * @returns undefined when there was none, or it is not a new one
 */
export async function noteOutage(
  sql: Sql,
  limitSeconds: number,
  dueBy: Fragment = sql`now()`,
): Promise<Outage | undefined> {
  const [outage] = await sql<Outage[]>`
    /* duly:note_outage */
    with gap as materialized (
      select at
      from pass_beat
      where at < now() - make_interval(secs => ${limitSeconds}::float8)
      for update
    ),
    moved as (
      update pass_beat
      set at = now()
      from gap
    ),
    extended as (
      update outage
      set ended_at = now()
      from gap
      where outage.ended_at = gap.at
    ),
    written as (
      insert into outage (began_at, ended_at)
      select at, now()
      from gap
      -- A fresh installation has started nothing because there is nothing to start.
      where exists (select from task)
        and not exists (select from outage where outage.ended_at = gap.at)
      on conflict (began_at) do nothing
      returning began_at, ended_at
    ),
    ${openAlerts(
      sql,
      sql`
        select
          service.id as service_id, 'outage' as kind, null::uuid as task_id, null::text as task_name, '' as target,
          written.began_at as since, written.ended_at as until, true as is_event, null::integer as failures, due.tasks,
          null::text as error, null::uuid as execution_id, null::timestamptz as execution_created_at, policy.channels,
          policy.recovered, policy.remind_hours
        from written
        cross join service
        cross join lateral (
          select count(*)::integer as tasks
          from (
            select 1
            from task
            where task.service_id = service.id
              and ${isSlotDue(sql, dueBy)}
              and ${isInLine(sql)}
            union all
            select 1
            from flow
            join task on task.service_id = flow.service_id
              and ${isInLine(sql, sql`flow.name`)}
              and ${isSlotDue(sql, dueBy)}
            where flow.service_id = service.id
              and flow.paused_at is null
            limit ${countedAtMost}
          ) slot
        ) due
        cross join lateral (${policyOfService(sql, sql`service.id`)}) policy
        where due.tasks > 0`,
    )}
    select began_at, ended_at, (select count(*)::integer from opened) as services
    from written`
  return outage
}

/** For how long a beat that was sent may be written, in seconds. */
const beatValidSeconds = 10

/** Returns the time by which a beat is sent, by the database's clock. */
export async function readBeatTime(sql: Sql): Promise<string> {
  const [row] = await sql<[{ now: string }]>`
    /* duly:read_beat_time */
    select now() as now`
  return row.now
}

/**
 * Moves the beat on to the last pass of this replica, `ageSeconds` ago, unless it was moved less than five seconds before that.
 * A beat in the future was written before the database's clock was set back.
 * @param sentAt from `readBeatTime`: a statement that was held up on its way for longer than ten seconds writes nothing. After a
 *   minute in which the database was frozen, it would say that passes have gone well until just now
 */
export async function moveBeat(sql: Sql, ageSeconds: number, sentAt: string): Promise<void> {
  await sql`
    /* duly:move_pass_beat */
    insert into pass_beat (at)
    select now() - make_interval(secs => ${ageSeconds}::float8)
    where now() < ${sentAt}::timestamptz + make_interval(secs => ${beatValidSeconds})
    on conflict (only_row) do update
    set at = excluded.at
    where pass_beat.at < excluded.at - interval '5 seconds'
      or pass_beat.at > now() + interval '5 seconds'`
}
