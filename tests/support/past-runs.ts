import { type Account, createAccount, createTask, send } from './app.ts'
import { emptyDatabase, sql } from './database.ts'
import { beatNow } from './pass-beat.ts'

/** A day, in ms. */
export const day = 86_400_000
/** Midnight of the day before yesterday, in UTC. */
export const midnight = Math.floor(Date.now() / day) * day - 2 * day
/** A time of that day, RFC 3339. @param clock such as 02:00 or 02:00:30 */
export const at = (clock: string) =>
  new Date(midnight + Date.parse(`1970-01-01T${clock.padEnd(8, ':00')}Z`)).toISOString()
/** The same as sentences have it. */
export const said = (clock: string) => `${at(clock).slice(0, 10)} ${clock} UTC`
/** As answers have it. */
export const shown = (clock: string) => at(clock).replace('.000Z', 'Z')

/** Whose tasks they are, and how sentences name who created the last one. */
export const past: { account: Account; token: string } = { account: { id: '', token: '' }, token: '' }

/** Empties the database, with no outage on record, and makes a new service. */
export async function freshPast(): Promise<void> {
  await emptyDatabase()
  await beatNow()
  await sql`truncate outage`
  past.account = await createAccount()
}

/** Asks why a task did, or did not, run at a time. */
export const why = async (id: string, time: string) =>
  (await send(past.account, 'GET', `/tasks/${id}/why?at=${encodeURIComponent(time)}`)).body

/** A task that runs at 02:00 every day and was created long ago. */
export async function daily(fields: object = {}) {
  const { id } = await createTask(past.account, {
    ...{ frequency: undefined, unit: undefined, scheduled_at: undefined, cron: '0 2 * * *' },
    ...fields,
  })
  await sql`update task set created_at = now() - interval '20 days' where id = ${id}`
  // As of a task that has been running since.
  await sql`
    update audit
    set at = now() - interval '20 days', after = after - 'scheduled_at'
    where task_id = ${id}`
  const [entry] = await sql`select principal from audit where task_id = ${id}`
  past.token = `by token ${entry?.principal}`
  return id as string
}

interface Run {
  readonly slot?: string
  readonly created?: string
  readonly started?: string | null
  readonly seconds?: number | null
  readonly status?: string
  readonly missed?: number
  readonly error?: string
  readonly attempt?: number
}

/** An execution of a task: by default that of 02:00, on time, for a second. */
export async function run(id: string, { slot = '02:00', ...fields }: Run = {}): Promise<string> {
  const created = fields.created ?? slot
  const execution = Bun.randomUUIDv7()
  const started = fields.started === null ? null : at(fields.started ?? created)
  const status = fields.status ?? 'success'
  await sql`
    insert into execution
      (service_id, task_id, id, slot_id, replica_id, created_at, scheduled_for, started_at, duration_ms, status, error, missed_slots, attempt)
    values (
      ${past.account.id}, ${id}, ${execution}, ${execution}, gen_random_uuid(),
      ${at(created)}::text::timestamptz + ${created === slot ? '0.25 s' : '0 s'}::text::interval, ${at(slot)}::text::timestamptz,
      ${started}::text::timestamptz, ${fields.seconds === null ? null : (fields.seconds ?? 1) * 1000}, ${status},
      ${fields.error ?? null}, ${fields.missed ?? 0}, ${fields.attempt ?? 1}
    )`
  return execution
}

/** Has Duly not run for a while. */
export const outage = (from: string, to: string) =>
  sql`insert into outage values (${at(from)}::text::timestamptz, ${at(to)}::text::timestamptz)`

/** Has the last change of a task been made at a time of that day. */
export const changedAt = (id: string, clock: string) => sql`
  update audit
  set at = ${at(clock)}::text::timestamptz
  where id = (select id from audit where task_id = ${id} and action <> 'task_created' order by at desc limit 1)`
