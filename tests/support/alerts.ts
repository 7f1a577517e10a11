import { closeAlerts } from '../../src/alerts/close.ts'
import { openAlerts } from '../../src/alerts/open.ts'
import type { Sql } from '../../src/database/sql.ts'
import { placeOf } from '../../src/secrets/sealed-columns.ts'
import { createSecret } from '../../src/signing/sign.ts'
import { sql } from './database.ts'
import { eventually } from './eventually.ts'
import { secrets } from './secrets.ts'

/** A channel in the database, and the service that is told by it. */
export interface TestChannel {
  readonly service_id: string
  readonly id: string
}

/** Writes a channel of a service straight into the database: one of mail addresses, so that nothing has to be sealed. */
export async function insertChannel(service_id: string, fields: object = {}): Promise<TestChannel> {
  const row = {
    service_id,
    id: Bun.randomUUIDv7(),
    name: `channel ${Bun.randomUUIDv7().slice(-8)}`,
    kind: 'email',
    shown: 'ops@example.com',
    addresses: ['ops@example.com'],
    ...fields,
  }
  await sql`insert into channel ${sql(row as unknown as Record<string, string>)}`
  return { service_id, id: row.id }
}

/** What an alert that a test opens has; the rest is as for a task that fails. */
export interface AlertFields {
  readonly count?: number
  readonly kind?: string
  readonly target?: string
  readonly is_event?: boolean
  readonly recovered?: boolean
  readonly remind_hours?: number | null
  readonly error?: string
  readonly task_ids?: readonly string[]
}

/** Opens alerts of a service by the statement's part that all notices use, for tasks that need not exist. @returns their ids */
export async function openTestAlerts(
  service_id: string,
  fields: AlertFields = {},
  database: Sql = sql,
): Promise<string[]> {
  const { count = 1, kind = 'failing', target = 'api:443', is_event = false, recovered = true } = fields
  const { remind_hours = null, error = 'the target answered 503' } = fields
  const hasTask = ['failing', 'late', 'long'].includes(kind)
  const task_ids = fields.task_ids ?? Array.from({ length: count }, () => Bun.randomUUIDv7())
  const rows = await database<{ id: string }[]>`
    with ${openAlerts(
      database,
      database`
        select
          ${service_id}::uuid as service_id, ${kind}::text as kind,
          case when ${String(hasTask)}::text::boolean then task.id end as task_id,
          case when ${String(hasTask)}::text::boolean then 'task ' || lpad(task.number::text, 6, '0') end as task_name,
          ${target}::text as target,
          now() - interval '5 minutes' + task.number * interval '1 microsecond' as since, null::timestamptz as until,
          ${String(is_event)}::text::boolean as is_event, 3 as failures, null::integer as tasks, ${error}::text as error,
          null::uuid as execution_id, null::timestamptz as execution_created_at, null::uuid[] as channels,
          ${String(recovered)}::text::boolean as recovered, ${remind_hours}::smallint as remind_hours
        from unnest(${task_ids as string[]}::uuid[]) with ordinality as task (id, number)`,
    )}
    select id from opened order by since`
  return rows.map(({ id }) => id)
}

/** Closes alerts by the statement's part that all notices use; all open ones of the service unless ids are given. */
export async function closeTestAlerts(
  service_id: string,
  ids?: readonly string[],
  because = 'recovered',
): Promise<void> {
  await sql`
    with ${closeAlerts(
      sql,
      sql`
        select service_id, id, ${because}::text as because
        from alert
        where service_id = ${service_id}
          and closed_at is null
          ${ids === undefined ? sql`` : sql`and id = any(${ids as string[]}::uuid[])`}`,
    )}
    select`
}

/** Lets time go by for what alerts wait for: all that is due within these seconds is due now. */
export async function passTime(seconds: number): Promise<void> {
  const by = sql`make_interval(secs => ${seconds})`
  await sql`update alert_group set due_at = due_at - ${by}, told_at = told_at - ${by}`
  await sql`update alert_channel set told_at = told_at - ${by}`
  await sql`update notification set due_at = due_at - ${by}, created_at = created_at - ${by}, lease_until = lease_until - ${by}`
  await sql`update alert set opened_at = opened_at - ${by}, closed_at = closed_at - ${by}, muted_until = muted_until - ${by}`
  await sql`update alert_policy set muted_until = muted_until - ${by}`
  await sql`update alert_silence set until = until - ${by}, created_at = created_at - ${by}`
}

/** Writes a silence of a host for an hour. @returns its id */
export async function insertSilence(service_id: string, host: string): Promise<string> {
  const id = Bun.randomUUIDv7()
  await sql`
    insert into alert_silence (service_id, id, host, until, reason, actor)
    values (${service_id}, ${id}, ${host}, now() + interval '1 hour', ${host}, 'token')`
  return id
}

/** Writes a notification to a channel that is to be sent now, of a group of its own. @returns its id */
export async function insertNotification(
  { service_id, id: channel_id }: TestChannel,
  fields: object = {},
): Promise<string> {
  const id = Bun.randomUUIDv7()
  const none = { count: 0, alerts: [] }
  const body = sql.json({ opened: { count: 1, alerts: [] }, closed: none, open: none })
  const row = { service_id, id, channel_id, kind: 'failing', target: `${id}:443`, type: 'opened', body, ...fields }
  await sql`insert into notification ${sql(row as never)}`
  return id
}

/** Writes a webhook or a Slack-compatible channel that leads to this URL. */
export async function insertUrlChannel(
  service_id: string,
  url: string,
  kind: 'webhook' | 'slack' = 'webhook',
): Promise<TestChannel> {
  const id = Bun.randomUUIDv7()
  const address = kind === 'slack' ? { url } : { url, secrets: [{ secret: createSecret(), until: null }] }
  const sealed = secrets.sealText(placeOf('channel', service_id, id), JSON.stringify(address))
  return insertChannel(service_id, { id, kind, addresses: null, sealed, shown: new URL(url).origin })
}

/**
 * Waits until no task runs, no failing task is to be examined, no alert of a recovered task is open, and no notification is due
 * or waits.
 */
export async function allIsTold(withinMs: number): Promise<void> {
  await eventually(
    async () => {
      await sql`update alert_group set due_at = now(), told_at = told_at - interval '10 minutes' where due_at > now()`
      const [row] = await sql<{ waiting: number; untold: number; due: number; recovered: number }[]>`
        select
          (select count(*)::integer from notification where due_at is not null) as waiting,
          (
            select count(*)::integer
            from alert_channel
            join alert on alert.service_id = alert_channel.service_id and alert.id = alert_channel.alert_id
            where told_at is null or closed_at is not null
          ) as untold,
          (
            (select count(*) from task where scheduled_at <= now() or queued_for <= now())
            + (select count(*) from failing_pending)
            + (select count(*) from failing_task where alert_due)
          )::integer as due,
          -- Open alerts are read at intervals only, so that those of recovered tasks may close seconds later.
          (
            select count(*)::integer
            from alert
            where kind = 'failing'
              and closed_at is null
              and not exists (
                select
                from failing_task
                where failing_task.service_id = alert.service_id and failing_task.task_id = alert.task_id
              )
          ) as recovered`
      return row !== undefined && row.waiting + row.untold + row.due + row.recovered === 0
    },
    'everything told',
    withinMs,
  )
}
