import { beforeEach, expect, test } from 'bun:test'
import { createTask, send } from '../support/app.ts'
import { sql } from '../support/database.ts'
import { at, daily, freshPast, outage, past, run, said, shown, why } from '../support/past-runs.ts'

beforeEach(freshPast)

const setFlow = (fields: object) => send(past.account, 'PUT', '/flows/partner', fields)
/** Moves the last change of the flow to a time. */
const changedAt = (time: string) => sql`
  update audit
  set at = ${at(time)}::text::timestamptz
  where id = (select id from audit where action = 'flow_set' order by at desc, id desc limit 1)`

test('a slot that waits behind a paused flow, and every later one, is told with the pause and who made it', async () => {
  await setFlow({ paused: true })
  await changedAt('01:00')
  const { id } = await createTask(past.account, { frequency: 1, unit: 'minute', flow: 'partner' })
  const [entry] = await sql`select id, principal from audit where action = 'flow_set'`
  await sql`update task set created_at = now() - interval '20 days', scheduled_at = ${at('02:00')}::text::timestamptz`
  await sql`update audit set at = now() - interval '20 days', after = after - 'scheduled_at' where action = 'task_created'`
  for (const asked of ['02:00', '03:17', '03:17:20']) {
    const told = await why(id, at(asked))
    expect(told).toMatchObject({
      ...{ reason: 'waiting', cause: 'flow', flow: 'partner' },
      change: { id: entry?.id, action: 'flow_set' },
    })
    expect(told.sentence).toBe(
      `It was due at ${said('02:00')} and has not started yet: it waits. Its flow partner was paused at ${said('01:00')} by token ${entry?.principal}.`,
    )
  }
  // Before it was due, it did not wait.
  expect((await why(id, at('01:30'))).reason).not.toBe('waiting')
})

test('a run that was late because its flow was paused says from when to when, as long as that is on record', async () => {
  await setFlow({ paused: true })
  await changedAt('01:00')
  await setFlow({ paused: false })
  await changedAt('02:30')
  const id = await daily({ flow: 'partner' })
  await run(id, { created: '02:30' })
  const told = await why(id, at('02:00'))
  expect(told).toMatchObject({ reason: 'ran_late', cause: 'flow', flow: 'partner' })
  expect(told.sentence).toContain(`Its flow partner was paused at ${said('01:00')} by token`)
  expect(told.sentence).toContain(`, and was resumed at ${said('02:30')}.`)
  // Resumed before the slot was due: that pause did not hold it up.
  await changedAt('01:59')
  expect(await why(id, at('02:00'))).toMatchObject({ reason: 'ran_late', cause: null, flow: 'partner' })
  await sql`delete from audit where action = 'flow_set'`
  expect((await why(id, at('02:00'))).sentence).toContain('which may have held it up; that is not on record')
  await sql`update flow set paused_at = ${at('01:00')}::text::timestamptz`
  expect((await why(id, at('02:00'))).sentence).toContain(`Its flow partner was paused at ${said('01:00')}.`)
})

test('a slot that waits for a flow that lets no call start is told with its limits', async () => {
  await setFlow({ concurrency: 2 })
  const id = await daily({ flow: 'partner' })
  await sql`update task set scheduled_at = ${at('02:00')}::text::timestamptz`
  expect((await why(id, at('02:00'))).sentence).toContain('which may have held it up')
  await sql`update flow set calls = jsonb_build_object(gen_random_uuid(), 2)`
  expect(await why(id, at('02:00'))).toMatchObject({
    ...{ reason: 'waiting', cause: 'flow', flow: 'partner' },
    sentence: expect.stringContaining('It waits for its flow partner (2 at once), which lets no call start now.'),
  })
})

test('a pause outlasts what happened meanwhile: a change of the flow, an alert, an outage', async () => {
  await setFlow({ paused: true })
  await changedAt('01:00')
  const [first] = await sql`select id from audit where action = 'flow_set'`
  await setFlow({ paused: true, concurrency: 5 })
  await changedAt('01:30')
  const id = await daily({ flow: 'partner' })
  await sql`update task set scheduled_at = ${at('02:00')}::text::timestamptz`
  await sql`
    insert into alert (service_id, kind, task_id, task_name, since, opened_at, error)
    values (${past.account.id}, 'late', ${id}, 'A task', ${at('02:00')}::text::timestamptz, ${at('02:05')}::text::timestamptz, 'it waits for the flow partner, which is paused')`
  await outage('08:00', '08:03')
  for (const asked of ['02:00', '09:30']) {
    const told = await why(id, at(asked))
    expect(told).toMatchObject({
      ...{ reason: 'waiting', cause: 'flow', flow: 'partner', alert_id: expect.any(String), outage: null },
      change: { id: first?.id },
    })
    expect(told.sentence).toContain(`Its flow partner was paused at ${said('01:00')} by token`)
  }
  // Resumed before the outage: what held it up then was that.
  await sql`delete from audit where action = 'flow_set' and id <> ${first?.id}`
  await setFlow({ paused: false })
  await changedAt('07:00')
  expect(await why(id, at('09:30'))).toMatchObject({ reason: 'waiting', cause: 'outage' })
})

test('a task that runs once is told while it waits, while it runs, and while its retry waits', async () => {
  const { id } = await createTask(past.account, {
    ...{ frequency: undefined, unit: undefined, scheduled_at: '2099-01-01T00:00:00Z' },
  })
  await sql`
    update task
    set created_at = now() - interval '20 days', scheduled_at = ${at('02:00')}::text::timestamptz`
  await sql`update audit set at = now() - interval '20 days', after = after - 'scheduled_at'`
  expect(await why(id, at('03:00'))).toMatchObject({ reason: 'waiting', due_at: shown('02:00') })
  await run(id, { seconds: null, status: 'started' })
  await sql`update task set once_running = true`
  expect(await why(id, at('02:30'))).toMatchObject({ reason: 'running' })
  expect((await why(id, at('02:00'))).reason).toBe('ran')
  await sql`update execution set status = 'failed', error = 'HTTP 503', duration_ms = 1000`
  expect((await why(id, at('02:30'))).reason).not.toBe('waiting')
})
