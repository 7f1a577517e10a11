import { beforeEach, expect, test } from 'bun:test'
import { renewLease } from '../../src/scheduler/lease/lease.ts'
import { claimSlots } from '../../src/transitions/claim-slots.ts'
import { send } from '../support/app.ts'
import { sql } from '../support/database.ts'
import { at, daily, freshPast, outage, past, run, said, shown, why } from '../support/past-runs.ts'
import { insertTask } from '../support/rows.ts'
import { schedulerSql } from '../support/scheduler.ts'

beforeEach(freshPast)

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
  await sql`insert into catch_up (service_id, per_second) values (${past.account.id}, 5)`
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

  await send(past.account, 'PUT', '/flows/partner', { concurrency: 2 })
  await send(past.account, 'POST', `/tasks/${id}`, { flow: 'partner' })
  const inFlow = await why(id, at('02:00'))
  expect(inFlow).toMatchObject({ reason: 'ran_late', cause: null, flow: 'partner' })
  expect(inFlow.sentence).toContain('It is in the flow partner, which may have held it up; that is not on record.')

  await sql`
    insert into alert (service_id, kind, task_id, task_name, since, opened_at, error)
    values (${past.account.id}, 'late', ${id}, 'A task', ${at('02:00')}::text::timestamptz, ${at('02:05')}::text::timestamptz, 'it waits for the flow partner, which is paused')`
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
  const { id } = await insertTask({ service_id: past.account.id, frequency: 1, unit: 'minute', scheduled_at: slot(0) })
  await sql`update task set created_at = now() - interval '1 hour' where id = ${id}`
  const replica = { id: Bun.randomUUIDv7(), host: 'here' }
  await renewLease(schedulerSql, replica, null)
  const options = { replicaId: replica.id, toleranceSeconds: 660, oldestOpenAt: '-infinity' }
  const allotment = { service_id: past.account.id, seats: 10, after: undefined }
  const { taken } = await claimSlots(schedulerSql, [allotment], options)
  const execution = { id: taken[0]?.execution_id as string, by_hand: false, missed_slots: 5 }
  expect(await why(id, slot(0))).toMatchObject({ reason: 'ran_late', execution, due_at: slot(0).replace('.000', '') })
  for (const count of [1, 4]) expect(await why(id, slot(count))).toMatchObject({ reason: 'made_up', execution })
})

test('an interval began anew after a start that was later than the scheduler tolerates, and only then', async () => {
  const hourly = { frequency: 1, unit: 'hour', phase: 'restart', scheduled_at: '2099-01-01T00:07:00Z' }
  const id = await daily({ cron: undefined, ...hourly })
  // With a pass every ten minutes, a start may be eleven minutes late.
  const execution = await run(id, { slot: '01:07', created: '01:17' })
  expect(await why(id, at('02:07'))).toMatchObject({ reason: 'unknown', due_at: shown('02:07') })
  await sql`update execution set created_at = created_at + interval '2 minutes' where id = ${execution}`
  expect((await why(id, at('02:07'))).due_at).toBeNull()
})

test('a run by hand, and a retry', async () => {
  const id = await daily()
  await run(id, { slot: '02:00', status: 'failed', error: 'no answer' })
  await run(id, { slot: '02:00', created: '02:01', attempt: 2 })
  expect(await why(id, at('02:01'))).toMatchObject({
    ...{ reason: 'ran', execution: { attempt: 2 } },
    sentence: `It ran at ${said('02:01')}: attempt 2 for ${said('02:00')}. It succeeded.`,
  })
  const { body } = await send(past.account, 'POST', `/tasks/${id}/executions`)
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
  await send(past.account, 'POST', '/tasks/status', { ids: [other], status: 'paused' })
  expect((await why(other, `${next}T02:00:00Z`)).sentence).toEndWith('The task is paused now.')
})
