import { insertNotification, insertSilence, openTestAlerts } from './alerts.ts'
import { type Account, createAccount, createTask, farTask, send } from './app.ts'
import { authority } from './certificates.ts'
import { sql } from './database.ts'
import type { Kind } from './right-requests.ts'
import { insertSigningKey } from './signing.ts'

/** A service with something in every table, and what tells of it wherever it shows. */
export interface Tenant {
  readonly account: Account
  /** A task that waits for its time. */
  readonly idle: string
  /** A paused task that has run, fails, and has a run now waiting. */
  readonly busy: string
  /** A task that is deleted, and whose rows are there still. */
  readonly deleted: string
  /** The key of the idle task. */
  readonly key: string
  /** The names of a secret and of a TLS profile that its tasks use. */
  readonly secret: string
  readonly profile: string
  readonly flow: string
  readonly calendar: string
  /** An execution of the busy task. */
  readonly execution: string
  readonly token: string
  readonly signingKey: string
  readonly channel: string
  /** A notification to the channel. */
  readonly notification: string
  readonly alert: string
  /** A label that has an alert policy and a retention. */
  readonly label: string
  readonly set: string
  readonly silence: string
  /** Ids, names and texts that nobody else may see. */
  readonly marks: readonly string[]
}

/** Makes a service and fills it. @param mark a word that stands in everything that is written for it */
export async function createTenant(mark: string): Promise<Tenant> {
  const account = await createAccount(mark)
  const { body: token } = await send(account, 'POST', '/tokens', { name: mark, scopes: ['read'] })
  await send(account, 'PUT', `/secrets/${mark}`, { value: mark })
  const header = { 'X-Mark': `\${secret.${mark}}` }
  await send(account, 'PUT', `/tls-profiles/${mark}`, { ca: authority })
  await sql`
    insert into execution_change (source, service_id, task_id, created_at, id)
    values ('execution_2001_01_01', ${account.id}, gen_random_uuid(), '2001-01-01', gen_random_uuid())`
  await sql`insert into retention (service_id, execution_days) values (${account.id}, 29)`
  await sql`
    insert into label_retention (service_id, label_name, label_value, answer_days) values (${account.id}, 'mark', ${mark}, 9)`
  await sql`insert into catch_up (service_id, per_second) values (${account.id}, 100000)`
  await send(account, 'PUT', `/flows/${mark}`, { target: `${mark}.example` })
  await send(account, 'PUT', `/calendars/${mark}`, { days: [{ day: '2026-12-25', note: mark }] })
  const { id: signingKey } = await insertSigningKey(account.id, { target: `${mark}.example` })
  const hook = { name: mark, kind: 'webhook', url: `https://${mark}.example/${mark}` }
  const { body: channel } = await send(account, 'POST', '/channels', hook)
  const tls = { url: 'https://127.0.0.1:9/', tls_profile: mark }
  const create = async (status = 'active') =>
    (await createTask(account, { name: mark, payload: mark, header, ...tls, status })).id
  const [idle, busy, deleted] = [await create(), await create('paused'), await create()]
  await send(account, 'POST', `/tasks/${idle}`, { key: mark, labels: { mark } })
  await sql`insert into task_history_cut (service_id, task_id) values (${account.id}, ${idle})`
  await send(account, 'POST', '/tasks', { ...farTask, name: mark }, { 'idempotency-key': '"1"' })
  const { body: run } = await send(account, 'POST', `/tasks/${busy}/executions`)
  await sql`
    insert into execution (service_id, task_id, id, slot_id, scheduled_for, status, response, error, duration_ms)
    select ${account.id}, task_id, gen_random_uuid(), gen_random_uuid(), now(), status, ${mark}, ${mark}, 5
    from unnest(${[busy, deleted]}::uuid[]) task_id, unnest(array['success', 'failed']) status`
  await sql`
    insert into failing_task (service_id, task_id, error)
    values (${account.id}, ${busy}, ${mark})`
  await sql`
    insert into tally (service_id, at, shard, success, failed, duration_ms, skew_ms)
    select
      ${account.id}, date_bin('15 minutes', now(), timestamptz '2000-01-01 00:00+00'), 0, 7, 7,
      array_fill(3, array[36]), array_fill(3, array[36])`
  await sql`
    insert into tally_pending (service_id, at, success, failed, duration_ms, skew_ms)
    select service_id, at, success, failed, duration_ms, skew_ms
    from tally
    where service_id = ${account.id}`
  await sql`
    insert into failing_pending (service_id, task_id, status, error, ran_at)
    values (${account.id}, ${busy}, 'failed', ${mark}, now())`
  await sql`
    insert into failed_execution (service_id, created_at, failed_at, id, task_id, reason, settled)
    select service_id, created_at, created_at, id, task_id, 1, true
    from execution
    where service_id = ${account.id}
      and status = 'failed'`
  await sql`insert into failure_reason (service_id, reason, error) values (${account.id}, 1, ${mark})`
  // Due within the day: it shows among what is to come.
  await sql`
    update task
    set scheduled_at = now() + interval '1 hour'
    where id = ${idle}`
  await sql`
    insert into too_late_slot (service_id, task_id, scheduled_for, slots, reason)
    values (${account.id}, ${busy}, now(), 1, ${mark})`
  await sql`
    insert into alert_policy (service_id, task_id, label_name, label_value)
    values (${account.id}, null, 'mark', ${mark}), (${account.id}, ${idle}, null, null)`
  const silence = await insertSilence(account.id, mark)
  const [alert = ''] = await openTestAlerts(account.id, { target: mark, error: mark, task_ids: [busy] })
  const notification = await insertNotification(
    { service_id: account.id, id: channel.id },
    { target: mark, error: mark },
  )
  await sql`
    insert into stop_request (replica_id, service_id, task_id, execution_created_at, execution_id)
    values (gen_random_uuid(), ${account.id}, ${busy}, now(), gen_random_uuid())`
  await sql`insert into task_set (service_id, name, revision, source) values (${account.id}, ${mark}, 1, ${mark})`
  await sql`
    insert into task_set_member (service_id, set_name, key, task_id, applied, applied_version)
    values (${account.id}, ${mark}, ${mark}, ${busy}, ${sql.json({ fields: { name: mark }, secrets: {} })}, 0)`
  await send(account, 'DELETE', `/tasks/${deleted}`)
  return {
    ...{
      account,
      idle,
      busy,
      deleted,
      execution: run.id,
      token: token.id,
      secret: mark,
      profile: mark,
      flow: mark,
      calendar: mark,
      key: mark,
    },
    ...{ signingKey, channel: channel.id, notification, alert, label: `mark=${mark}`, set: mark, silence },
    marks: [
      mark,
      account.id,
      account.token,
      idle,
      busy,
      deleted,
      run.id,
      token.id,
      token.token,
      signingKey,
      channel.id,
      notification,
      alert,
      silence,
    ],
  }
}

/** The id of a service, and ids of new rows that belong to it, one of each kind. */
export async function freshIds(account: Account): Promise<Record<Kind, string>> {
  const key = crypto.randomUUID()
  const { id: task } = await createTask(account, { key })
  const execution = Bun.randomUUIDv7()
  // It runs, so that it can be stopped.
  await sql`
    insert into execution (service_id, task_id, id, slot_id, scheduled_for, status, started_at, replica_id)
    values (${account.id}, ${task}, ${execution}, ${execution}, now(), 'started', now(), ${execution})`
  const { body: token } = await send(account, 'POST', '/tokens', { name: crypto.randomUUID(), scopes: ['read'] })
  const secret = crypto.randomUUID()
  await send(account, 'PUT', `/secrets/${secret}`, { value: 'geheim' })
  const profile = crypto.randomUUID()
  // A service may have a limited number of them, and these are made for each request.
  await sql`
    delete from tls_profile
    where service_id = ${account.id}
      and name not in (select profile from tls_profile_use where service_id = ${account.id})`
  await send(account, 'PUT', `/tls-profiles/${profile}`, { ca: authority })
  const flow = crypto.randomUUID()
  await sql`delete from flow where service_id = ${account.id} and target is null`
  await send(account, 'PUT', `/flows/${flow}`, {})
  const calendar = crypto.randomUUID()
  await sql`delete from calendar where service_id = ${account.id} and name not in (select name from service where id = ${account.id})`
  await send(account, 'PUT', `/calendars/${calendar}`, {})
  await sql`delete from signing_key where service_id = ${account.id} and target is null`
  const { id: signingKey } = await insertSigningKey(account.id)
  await sql`delete from channel where service_id = ${account.id} and name <> (select name from service where id = ${account.id})`
  const hook = { name: 'fresh', kind: 'webhook', url: 'https://127.0.0.1:9/' }
  const { body: channel } = await send(account, 'POST', '/channels', hook)
  const notification = await insertNotification({ service_id: account.id, id: channel.id })
  const [alert = ''] = await openTestAlerts(account.id, { task_ids: [task] })
  const label = `team=${crypto.randomUUID()}`
  await sql`delete from alert_policy where service_id = ${account.id} and coalesce(label_name, '') <> 'mark'`
  await sql`
    insert into alert_policy (service_id, task_id, label_name, label_value)
    values
      (${account.id}, null, null, null), (${account.id}, ${task}, null, null),
      (${account.id}, null, 'team', ${label.slice('team='.length)})`
  await sql`delete from label_retention where service_id = ${account.id} and label_name <> 'mark'`
  await sql`
    insert into label_retention (service_id, label_name, label_value)
    values (${account.id}, 'team', ${label.slice('team='.length)})`
  const set = crypto.randomUUID()
  await sql`insert into task_set (service_id, name) values (${account.id}, ${set})`
  await sql`delete from alert_silence where service_id = ${account.id} and host = 'fresh'`
  const silence = await insertSilence(account.id, 'fresh')
  const alerts = { channel: channel.id, notification, alert, label, silence }
  return {
    task,
    execution,
    token: token.id,
    secret,
    profile,
    flow,
    calendar,
    key,
    signingKey,
    set,
    ...alerts,
    service: account.id,
  }
}

/** The tables whose rows belong to a service. */
export async function tablesOfServices(): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select pg_class.relname as name
    from pg_class
    join pg_attribute on attrelid = pg_class.oid and attname = 'service_id' and not attisdropped
    where relkind in ('r', 'p')
      and not relispartition
      and relnamespace = 'public'::regnamespace
    order by relname`
  return rows.map(({ name }) => name)
}

/** The rows of one service by table, whatever tables there are, each as one text that differs when a row does. */
export async function rowsOf(serviceId: string): Promise<Record<string, { count: number; rows: string }>> {
  const tables = await tablesOfServices()
  const found = await Promise.all(
    tables.map(async (name) => {
      const [row] = await sql<{ count: number; rows: string }[]>`
        select count(*)::int as count, coalesce(md5(string_agg(whole::text, '|' order by whole::text)), '') as rows
        from ${sql(name)} as whole
        where service_id = ${serviceId}`
      return [name, row ?? { count: 0, rows: '' }] as const
    }),
  )
  return Object.fromEntries(found)
}
