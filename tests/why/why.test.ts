import { beforeEach, expect, test } from 'bun:test'
import { renewLease } from '../../src/scheduler/lease/lease.ts'
import { claimSlots } from '../../src/transitions/claim-slots.ts'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { beatNow } from '../support/pass-beat.ts'
import { insertTask } from '../support/rows.ts'
import { schedulerSql } from '../support/scheduler.ts'

const day = 86_400_000
/** Midnight of the day before yesterday, in UTC. */
const midnight = Math.floor(Date.now() / day) * day - 2 * day
/** A time of that day, RFC 3339. @param clock such as 02:00 or 02:00:30 */
const at = (clock: string) => new Date(midnight + Date.parse(`1970-01-01T${clock.padEnd(8, ':00')}Z`)).toISOString()
/** The same as sentences have it. */
const said = (clock: string) => `${at(clock).slice(0, 10)} ${clock} UTC`
/** As answers have it. */
const shown = (clock: string) => at(clock).replace('.000Z', 'Z')

let account: Account
let token: string
beforeEach(async () => {
  await emptyDatabase()
  await beatNow()
  await sql`truncate outage`
  account = await createAccount()
})

const why = async (id: string, time: string) =>
  (await send(account, 'GET', `/tasks/${id}/why?at=${encodeURIComponent(time)}`)).body

/** A task that runs at 02:00 every day and was created long ago. */
async function daily(fields: object = {}) {
  const { id } = await createTask(account, {
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
  token = `by token ${entry?.principal}`
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
async function run(id: string, { slot = '02:00', ...fields }: Run = {}): Promise<string> {
  const created = fields.created ?? slot
  const execution = Bun.randomUUIDv7()
  const started = fields.started === null ? null : at(fields.started ?? created)
  const status = fields.status ?? 'success'
  await sql`
    insert into execution
      (service_id, task_id, id, slot_id, replica_id, created_at, scheduled_for, started_at, duration_ms, status, error, missed_slots, attempt)
    values (
      ${account.id}, ${id}, ${execution}, ${execution}, gen_random_uuid(),
      ${at(created)}::text::timestamptz + ${created === slot ? '0.25 s' : '0 s'}::text::interval, ${at(slot)}::text::timestamptz,
      ${started}::text::timestamptz, ${fields.seconds === null ? null : (fields.seconds ?? 1) * 1000}, ${status},
      ${fields.error ?? null}, ${fields.missed ?? 0}, ${fields.attempt ?? 1}
    )`
  return execution
}

const outage = (from: string, to: string) =>
  sql`insert into outage values (${at(from)}::text::timestamptz, ${at(to)}::text::timestamptz)`

/** Has the last change of a task been made at a time of that day. */
const changedAt = (id: string, clock: string) => sql`
  update audit
  set at = ${at(clock)}::text::timestamptz
  where id = (select id from audit where task_id = ${id} and action <> 'task_created' order by at desc limit 1)`

test('it ran on time, and what came of it', async () => {
  const id = await daily()
  const execution = await run(id)
  expect(await why(id, at('02:00'))).toMatchObject({
    ...{ task_id: id, at: shown('02:00'), reason: 'ran', cause: null, time_zone: 'UTC', due_at: shown('02:00') },
    sentence: `It ran at ${said('02:00')}, on time. It succeeded.`,
    execution: { id: execution, status: 'success', by_hand: false },
  })
})

test('an outage held it up: in the minute of its slot, of its start, and between', async () => {
  const id = await daily()
  const execution = await run(id, { created: '02:02:30', status: 'failed', error: 'the target answered 503.' })
  await outage('01:59:58', '02:02:29')
  for (const time of ['02:00', '02:01', '02:02', '02:02:30'])
    expect(await why(id, at(time))).toMatchObject({
      ...{ reason: 'ran_late', cause: 'outage', due_at: shown('02:00'), execution: { id: execution } },
      sentence: `It was due at ${said('02:00')} and ran at ${said('02:02:30')}, 2 min 30 s late. Duly did not run from ${said('01:59:58')} to ${said('02:02:29')}. It failed: the target answered 503.`,
      outage: { began_at: shown('01:59:58'), ended_at: shown('02:02:29') },
    })
  // With a limit of late slots it may start long after.
  await sql`insert into catch_up (service_id, per_second) values (${account.id}, 5)`
  await sql`update execution set created_at = created_at + interval '10 minutes', started_at = started_at + interval '10 minutes'`
  const limited = await why(id, at('02:00'))
  expect([limited.cause, limited.sentence]).toEqual(['catch_up', expect.stringContaining('a limit of 5 in a second')])
})

test('what held it up is told only if it is on record', async () => {
  const id = await daily()
  await run(id, { created: '02:05' })
  const plain = await why(id, at('02:00'))
  expect(plain).toMatchObject({ reason: 'ran_late', cause: null, flow: null })
  expect(plain.sentence).toContain('5 min late. Nothing on record says what held it up.')

  await send(account, 'PUT', '/flows/partner', { concurrency: 2 })
  await send(account, 'POST', `/tasks/${id}`, { flow: 'partner' })
  const inFlow = await why(id, at('02:00'))
  expect(inFlow).toMatchObject({ reason: 'ran_late', cause: null, flow: 'partner' })
  expect(inFlow.sentence).toContain('It is in the flow partner, which may have held it up; that is not on record.')

  await sql`
    insert into alert (service_id, kind, task_id, task_name, since, opened_at, error)
    values (${account.id}, 'late', ${id}, 'A task', ${at('02:00')}::text::timestamptz, ${at('02:05')}::text::timestamptz, 'it waits for the flow partner, which is paused')`
  expect(await why(id, at('02:00'))).toMatchObject({
    ...{ cause: 'flow', flow: 'partner', alert_id: expect.any(String) },
    sentence: expect.stringContaining('Its alert said: it waits for the flow partner, which is paused.'),
  })

  for (const [error, cause] of [
    ['it waits for the flow partner', 'flow'],
    ['it waits for the flow partner (2 at once), 1 before it', 'flow'],
    ['it waits for the flow partner-2, which is paused', null],
    ['it waits for a connection to partner.example.com', null],
    [null, null],
  ] as const) {
    await sql`update alert set error = ${error}`
    expect((await why(id, at('02:00'))).cause).toBe(cause)
  }
  await sql`update alert set error = 'it waits for the flow partner'`

  // One that was lost hours before has no end on record, and held nothing up.
  await run(id, { slot: '00:10', seconds: null, status: 'failed', error: 'lost: the process that ran it stopped' })
  expect((await why(id, at('02:00'))).cause).toBe('flow')

  // The run before it, which went on, is on record.
  await run(id, { slot: '01:00', seconds: 3_840 })
  const behind = await why(id, at('02:00'))
  expect(behind.cause).toBe('previous_run')
  expect(behind.sentence).toContain(`which started at ${said('01:00')}, lasted until ${said('02:04')}.`)
})

test('a slot that was skipped, counted by another run, or not sent', async () => {
  const id = await daily({ cron: '*/10 * * * *' })
  await run(id, { slot: '02:00', seconds: 1_500 })
  const overlap = 'passed over: the execution before it was still running'
  // Two slots during one run are one skipped execution.
  const skipped = await run(id, { slot: '02:10', started: null, status: 'skipped', missed: 2, error: overlap })
  for (const time of ['02:10', '02:20'])
    expect(await why(id, at(time))).toMatchObject({
      ...{ reason: 'skipped', cause: 'previous_run', due_at: shown(time), execution: { id: skipped } },
      sentence: `It was due at ${said(time)} and was skipped: ${overlap}.`,
    })
  // Not due, but running.
  expect(await why(id, at('02:15'))).toMatchObject({
    ...{ reason: 'running', due_at: null, previous_due_at: shown('02:10'), next_due_at: shown('02:20') },
    sentence: `It was running at ${said('02:15')}: that run started at ${said('02:00')} and ended at ${said('02:25')}.`,
  })
  await run(id, { slot: '02:30' })
  await outage('02:39', '03:05')
  const late = await run(id, { slot: '02:40', created: '03:05:01', missed: 2 })
  expect(await why(id, at('02:50'))).toMatchObject({
    ...{ reason: 'made_up', cause: 'outage', due_at: shown('02:50'), execution: { id: late, missed_slots: 2 } },
    sentence: expect.stringContaining(
      `It was due at ${said('02:50')}. The run at ${said('03:05:01')}, which was for ${said('02:40')}, made up for it: it counts 2 missed. Duly did not run`,
    ),
  })
  const tooLate = 'too late: it could not start within late_limit_seconds, 60 s'
  await run(id, { slot: '03:10', created: '03:15', started: null, status: 'skipped', missed: 1, error: tooLate })
  expect(await why(id, at('03:10'))).toMatchObject({
    reason: 'skipped',
    cause: null,
    sentence: expect.stringContaining(tooLate),
  })
  const refused = 'PostgreSQL refused to start it'
  await run(id, { slot: '03:20', started: null, status: 'failed', error: refused })
  expect(await why(id, at('03:20'))).toMatchObject({
    reason: 'not_started',
    sentence: expect.stringContaining(refused),
  })
  // Nothing of a slot is on record.
  expect(await why(id, at('04:00'))).toMatchObject({
    ...{ reason: 'unknown', due_at: shown('04:00'), execution: null },
    sentence: `It was due at ${said('04:00')} by its schedule, and no execution of that slot is on record. Nothing else on record says why.`,
  })
})

test('a skipped execution accounts for no more slots than it counts', async () => {
  const id = await daily({ cron: '* * * * *' })
  for (const error of ['too late: it could not start within late_limit_seconds, 60 s', 'passed over: it was running']) {
    await sql`delete from execution where task_id = ${id}`
    await run(id, { slot: '00:10', created: '23:00', started: null, status: 'skipped', missed: 1_370, error })
    expect(await why(id, at('22:59'))).toMatchObject({ reason: 'skipped', due_at: shown('22:59') })
    expect(await why(id, at('23:30'))).toMatchObject({ reason: 'unknown', due_at: shown('23:30') })
  }
  // The next skip may count many, and was written down before the slot.
  await sql`update execution set error = 'too late', missed_slots = 100000`
  expect((await why(id, at('23:30'))).reason).toBe('unknown')
})

test('slots that the scheduler has really claimed, late and counted', async () => {
  const minute = 60_000
  const first = Math.floor(Date.now() / minute) * minute - 5 * minute
  const slot = (count: number) => new Date(first + count * minute).toISOString()
  const { id } = await insertTask({ service_id: account.id, frequency: 1, unit: 'minute', scheduled_at: slot(0) })
  await sql`update task set created_at = now() - interval '1 hour' where id = ${id}`
  const replica = { id: Bun.randomUUIDv7(), host: 'here' }
  await renewLease(schedulerSql, replica, null)
  const options = { replicaId: replica.id, toleranceSeconds: 660, oldestOpenAt: '-infinity' }
  const allotment = { service_id: account.id, seats: 10, after: undefined }
  const { taken } = await claimSlots(schedulerSql, [allotment], options)
  const execution = { id: taken[0]?.execution_id as string, by_hand: false, missed_slots: 5 }
  expect(await why(id, slot(0))).toMatchObject({ reason: 'ran_late', execution, due_at: slot(0).replace('.000', '') })
  for (const count of [1, 4]) expect(await why(id, slot(count))).toMatchObject({ reason: 'made_up', execution })
})

test('a run by hand, and a retry', async () => {
  const id = await daily()
  await run(id, { slot: '02:00', status: 'failed', error: 'no answer' })
  await run(id, { slot: '02:00', created: '02:01', attempt: 2 })
  expect(await why(id, at('02:01'))).toMatchObject({
    ...{ reason: 'ran', execution: { attempt: 2 } },
    sentence: `It ran at ${said('02:01')}: attempt 2 for ${said('02:00')}. It succeeded.`,
  })
  const { body } = await send(account, 'POST', `/tasks/${id}/executions`)
  await sql`
    update execution
    set created_at = ${at('09:30')}::text::timestamptz, scheduled_for = ${at('09:30')}::text::timestamptz,
        started_at = ${at('09:30')}::text::timestamptz, status = 'success', duration_ms = 10
    where id = ${body.id}`
  expect(await why(id, at('09:30'))).toMatchObject({
    ...{ reason: 'ran', due_at: null, execution: { id: body.id, by_hand: true } },
    sentence: `It ran at ${said('09:30')}, by hand. It succeeded.`,
  })
})

test('it was not due: the times before and after, in its zone; an interval by what is on record', async () => {
  const id = await daily({ time_zone: 'Europe/Berlin', cron: '30 9 * * *' })
  const answer = await why(id, at('02:00'))
  expect(answer).toMatchObject({
    reason: 'not_due',
    cause: null,
    time_zone: 'Europe/Berlin',
    due_at: null,
    execution: null,
  })
  const zoned =
    /^It was not due at \S+ 0[34]:00 Europe\/Berlin. It was due at \S+ 09:30 Europe\/Berlin, and then at \S+ 09:30 Europe\/Berlin.$/
  expect(answer.sentence).toMatch(zoned)

  const hourly = await daily({ cron: undefined, frequency: 1, unit: 'hour', scheduled_at: '2099-01-01T00:07:00Z' })
  expect((await why(hourly, at('02:00'))).reason).toBe('not_due')
  await run(hourly, { slot: '01:07' })
  await run(hourly, { slot: '03:07' })
  expect(await why(hourly, at('01:30'))).toMatchObject({
    ...{ reason: 'not_due', previous_due_at: shown('01:07'), next_due_at: shown('02:07') },
    sentence: `It was not due at ${said('01:30')}. It was due at ${said('01:07')}, and then at ${said('02:07')}.`,
  })
  expect(await why(hourly, at('02:07'))).toMatchObject({ reason: 'unknown', due_at: shown('02:07') })
})

test('a task with a spread was due after its slot', async () => {
  const id = await daily({ spread_seconds: 3600 })
  const offset = Number.parseInt(id.slice(-8), 16) % 3600
  const answer = await why(id, at('02:00'))
  if (offset < 60) return
  expect(answer.reason).toBe('not_due')
  expect(answer.sentence).toContain(`It starts ${offset} s after each of its slots.`)
  expect(Date.parse(answer.next_due_at)).toBe(Date.parse(at('02:00')) + offset * 1000)
})

test('its calendar left it out, as it is now', async () => {
  const closed = at('02:00').slice(0, 10)
  await send(account, 'PUT', '/calendars/holidays', {
    weekend: [],
    days: [{ day: closed, kind: 'closed', note: 'Founders' }],
  })
  const id = await daily({ calendar: 'holidays' })
  const answer = await why(id, at('02:00'))
  expect(answer).toMatchObject({ reason: 'not_due', cause: 'calendar', due_at: null })
  expect(answer.sentence).toContain(
    `${closed} is closed in the calendar holidays as it is now (it was last changed at `,
  )
  expect(answer.sentence).toContain('as Founders: that leaves its slots out.')
  await sql`update audit set at = now() - interval '30 days' where action = 'calendar_set'`
  expect((await why(id, at('02:00'))).sentence).toStartWith(
    `${closed} is closed in the calendar holidays, as Founders: that leaves its slots out. It was due at `,
  )
})

test('whether it was due is not known after its calendar was changed, or is gone', async () => {
  await send(account, 'PUT', '/calendars/holidays', { weekend: [], days: [] })
  const id = await daily({ calendar: 'holidays' })
  const set = () => sql`update audit set at = now() - interval '30 days' where action = 'calendar_set'`
  await set()
  expect(await why(id, at('02:00'))).toMatchObject({ reason: 'unknown', due_at: shown('02:00') })
  await send(account, 'PUT', '/calendars/holidays', { weekend: ['sunday'], days: [] })
  const unsure = `It is not known whether it was due at ${said('02:00')}: the calendar holidays`
  await send(account, 'PUT', '/calendars/holidays', { weekend: [], days: [] })
  const changed = await why(id, at('02:00'))
  expect([changed.reason, changed.due_at]).toEqual(['unknown', null])
  expect(changed.sentence).toStartWith(`${unsure} was changed since, last at `)
  await set()
  await send(account, 'POST', `/tasks/${id}`, { calendar: null })
  expect((await send(account, 'DELETE', '/calendars/holidays')).status).toBe(204)
  expect((await why(id, at('02:00'))).sentence).toStartWith(`${unsure}, which it had then, no longer exists.`)
})

test('a clock change swallowed it', async () => {
  const cases: [cron: string, time: string, text: string][] = [
    ['30 2 * * *', '2026-10-25T01:30:00Z', 'so that 02:30 came twice: it was due the first time only.'],
    ['30 2 * * *', '2026-03-29T02:30:00+01:00', 'so that 02:30 did not exist on that day.'],
    ['*/30 * * * *', '2026-03-29T02:40:00+01:00', ''],
  ]
  for (const [cron, time, text] of cases) {
    const id = await daily({ cron, time_zone: 'Europe/Berlin' })
    await sql`update task set created_at = '2026-01-01T00:00:00Z' where id = ${id}`
    await sql`update audit set at = '2026-01-01T00:00:00Z' where task_id = ${id}`
    const answer = await why(id, time)
    expect([answer.reason, answer.cause]).toEqual(['not_due', text === '' ? null : 'clock_change'])
    expect(answer.sentence).toContain(text)
  }
})

test('it was paused or disabled, by whom and since when; then it ran again', async () => {
  const id = await daily()
  for (const [status, clock] of [
    ['paused', '01:00'],
    ['disabled', '03:00'],
    ['active', '05:00'],
  ] as const) {
    await send(account, 'POST', '/tasks/status', { ids: [id], status })
    await changedAt(id, clock)
  }
  const paused = await why(id, at('02:00'))
  expect(paused).toMatchObject({
    ...{ reason: 'paused', due_at: null, change: { action: 'task_updated', at: shown('01:00'), actor: 'token' } },
    sentence: `It was paused at ${said('02:00')}, since ${said('01:00')} ${token}.`,
  })
  expect(await why(id, at('04:00'))).toMatchObject({ reason: 'disabled', change: { at: shown('03:00') } })
  expect((await why(id, at('06:00'))).reason).toBe('not_due')
  expect((await why(id, at('00:30'))).reason).toBe('not_due')
  await sql`delete from audit where task_id = ${id} and action = 'task_updated' and at < ${at('02:00')}::text::timestamptz`
  // What the next change replaced is known, but no more who had done it.
  expect((await why(id, at('02:00'))).sentence).toBe(
    `It was paused at ${said('02:00')}. Who did that is not on record any more.`,
  )
})

test('it was paused or made active within the minute that is asked for', async () => {
  const id = await daily()
  await send(account, 'POST', '/tasks/status', { ids: [id], status: 'paused' })
  await changedAt(id, '02:00:30')
  // Without an execution of the slot the pause is all that is known.
  expect(await why(id, at('02:00'))).toMatchObject({
    ...{ reason: 'paused', change: { at: shown('02:00:30') } },
    sentence: `It was paused at ${said('02:00:30')} ${token}.`,
  })
  const skipped = await run(id, { started: null, status: 'skipped', error: 'too late: it is' })
  expect(await why(id, at('02:00'))).toMatchObject({ reason: 'skipped', execution: { id: skipped } })
  expect((await why(id, at('02:01'))).reason).toBe('paused')

  const other = await daily()
  for (const [status, clock] of [
    ['paused', '01:00'],
    ['active', '02:00:30'],
  ] as const) {
    await send(account, 'POST', '/tasks/status', { ids: [other], status })
    await changedAt(other, clock)
  }
  expect(await why(other, at('02:00'))).toMatchObject({
    ...{ reason: 'paused', change: { at: shown('02:00:30') } },
    sentence: `It was paused until ${said('02:00:30')}, when it was made active ${token}.`,
  })
  expect((await why(other, at('02:01'))).reason).toBe('not_due')
  await run(other, { created: '02:00:31' })
  expect((await why(other, at('02:00'))).reason).toBe('ran_late')
})

test('it was created later, and its schedule was changed later', async () => {
  const id = await daily()
  await sql`update task set created_at = ${at('08:00')}::text::timestamptz where id = ${id}`
  await sql`update audit set at = ${at('08:00')}::text::timestamptz where task_id = ${id}`
  expect(await why(id, at('02:00'))).toMatchObject({
    ...{ reason: 'not_created', change: { action: 'task_created' } },
    sentence: `There was no such task at ${said('02:00')}: it was created at ${said('08:00')} ${token}.`,
  })
  await send(account, 'POST', `/tasks/${id}`, { cron: '0 10 * * *' })
  await changedAt(id, '12:00')
  const answer = await why(id, at('10:00'))
  expect(answer).toMatchObject({ reason: 'schedule_changed', change: { action: 'task_updated', at: shown('12:00') } })
  expect(answer.sentence).toBe(
    `It was not due at ${said('10:00')} by the schedule that it had then. Its schedule was changed later, at ${said('12:00')} ${token}.`,
  )
})

test('it had ended: it runs once, or until a time', async () => {
  const once = await daily({ cron: undefined, scheduled_at: '2099-01-01T00:00:00Z' })
  await run(once, { slot: '02:00' })
  await sql`update task set status = 'disabled', scheduled_at = null where id = ${once}`
  expect(await why(once, at('02:00'))).toMatchObject({ reason: 'ran' })
  expect(await why(once, at('03:00'))).toMatchObject({
    ...{ reason: 'ended', change: null, execution: { status: 'success' } },
    sentence: `It had ended by ${said('03:00')}: it runs once, and its last slot was that of ${said('02:00')}.`,
  })
  const ending = await daily({ ends_at: '2099-01-01T00:00:00Z' })
  await run(ending)
  await sql`update task set status = 'disabled', scheduled_at = null, ends_at = ${at('03:00')}::text::timestamptz where id = ${ending}`
  expect((await why(ending, at('01:00'))).reason).toBe('not_due')
  expect((await why(ending, at('04:00'))).sentence).toContain(`: it ends at ${said('03:00')}, and its last slot was`)
})

test('it waits, and it is still to come', async () => {
  const id = await daily()
  await sql`update task set scheduled_at = ${at('02:00')}::text::timestamptz where id = ${id}`
  await sql`update pass_beat set at = ${at('01:59')}::text::timestamptz`
  const waiting = await why(id, at('02:00'))
  await sql`update pass_beat set at = now()`
  expect(waiting).toMatchObject({ reason: 'waiting', cause: 'outage', outage: { ended_at: null } })
  expect(waiting.sentence).toBe(
    `It was due at ${said('02:00')} and has not started yet: it waits. Duly did not run since ${said('01:59')}.`,
  )
  const other = await daily({ cron: '0 2 1 1 *' })
  const next = `${new Date().getUTCFullYear() + 1}-01-01`
  expect(await why(other, `${next}T02:00:00Z`)).toMatchObject({
    ...{ reason: 'future', due_at: `${next}T02:00:00Z` },
    sentence: `${next} 02:00 UTC is still to come: it is due then.`,
  })
  expect((await why(other, `${next}T03:00:00Z`)).sentence).toContain(
    `03:00 UTC is still to come, and it is not due then. It runs next at ${next} 02:00 UTC.`,
  )
  await send(account, 'POST', '/tasks/status', { ids: [other], status: 'paused' })
  expect((await why(other, `${next}T02:00:00Z`)).sentence).toEndWith('The task is paused now.')
})

test('what is no longer kept is not guessed', async () => {
  const id = await daily()
  await sql`update task set created_at = '2020-01-01T00:00:00Z' where id = ${id}`
  await sql`update audit set at = '2020-01-01T00:00:00Z' where task_id = ${id}`
  const long = new Date(midnight - 40 * day + 7_200_000).toISOString()
  expect((await why(id, long)).sentence).toEndWith(
    'no execution of that slot is on record. Executions that succeeded are kept for 30 days.',
  )
  await send(account, 'PUT', '/service/retention', { execution_days: 1 })
  expect((await why(id, at('02:00'))).sentence).toEndWith('Executions that succeeded are kept for a day.')
  await sql`delete from audit where task_id = ${id}`
  const answer = await why(id, '2026-01-05T02:00:00Z')
  expect([answer.reason, answer.due_at]).toEqual(['unknown', null])
  expect(answer.sentence).toContain(
    'It is not known what its schedule was at 2026-01-05 02:00 UTC: changes are kept for 90 days.',
  )
})

test('without a time it is about now; a task of another service is none', async () => {
  const id = await daily({ cron: '0 2 1 1 *' })
  expect((await send(account, 'GET', `/tasks/${id}/why`)).body.reason).toBe('not_due')
  expect((await send(account, 'GET', `/tasks/${id}/why?at=02:00`)).status).toBe(400)
  expect((await send(await createAccount(), 'GET', `/tasks/${id}/why`)).status).toBe(404)
})

test('times at the ends of what a request may name', async () => {
  const id = await daily()
  expect(await why(id, '2026-11-29T00:00:00+20:00')).toMatchObject({ at: '2026-11-28T04:00:00Z' })
  for (const last of ['9999-12-31T23:59:00Z', '9999-12-31T23:59:59.9999Z'])
    expect((await why(id, last)).reason).toBe('future')
  expect((await why(id, '0001-01-01T00:00:00Z')).reason).toBe('not_created')
})
