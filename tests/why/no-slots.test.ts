import { beforeEach, expect, test } from 'bun:test'
import { createAccount, send } from '../support/app.ts'
import { sql } from '../support/database.ts'
import { at, changedAt, daily, day, freshPast, midnight, past, run, said, shown, why } from '../support/past-runs.ts'

beforeEach(freshPast)

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
  await send(past.account, 'PUT', '/calendars/holidays', {
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
  await send(past.account, 'PUT', '/calendars/holidays', { weekend: [], days: [] })
  const id = await daily({ calendar: 'holidays' })
  const set = () => sql`update audit set at = now() - interval '30 days' where action = 'calendar_set'`
  await set()
  expect(await why(id, at('02:00'))).toMatchObject({ reason: 'unknown', due_at: shown('02:00') })
  await send(past.account, 'PUT', '/calendars/holidays', { weekend: ['sunday'], days: [] })
  const unsure = `It is not known whether it was due at ${said('02:00')}: the calendar holidays`
  await send(past.account, 'PUT', '/calendars/holidays', { weekend: [], days: [] })
  const changed = await why(id, at('02:00'))
  expect([changed.reason, changed.due_at]).toEqual(['unknown', null])
  expect(changed.sentence).toStartWith(`${unsure} was changed since, last at `)
  await set()
  await send(past.account, 'POST', `/tasks/${id}`, { calendar: null })
  expect((await send(past.account, 'DELETE', '/calendars/holidays')).status).toBe(204)
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

test('of a pattern or a zone that this server cannot read, what is on record is told, and the rest is unknown', async () => {
  for (const stored of [{ time_zone: 'Mars/Olympus' }, { cron: 'new syntax' }]) {
    const id = await daily()
    await sql`update task set ${sql(stored)} where id = ${id}`
    const { cron, time_zone } = { cron: '0 2 * * *', time_zone: 'UTC', ...stored }
    const because = `this server cannot read the pattern ${cron} in the time zone ${time_zone}, which another release of Duly has stored.`
    expect(await why(id, at('02:00'))).toMatchObject({
      ...{ reason: 'unknown', time_zone: 'UTC', due_at: null, previous_due_at: null, next_due_at: null },
      sentence: `It is not known whether it was due at ${said('02:00')}: ${because} No execution of that time is on record.`,
    })
    await run(id)
    expect(await why(id, at('02:00'))).toMatchObject({ reason: 'ran', due_at: shown('02:00') })
    const next = (await send(past.account, 'GET', `/tasks/${id}`)).body.scheduled_at
    expect(await why(id, next)).toMatchObject({ reason: 'future', due_at: next })
    const later = new Date(Date.parse(next) + day).toISOString()
    expect((await why(id, later)).sentence).toEndWith(
      `is still to come. Whether it is due then is not known: ${because}`,
    )
  }
})

test('it was paused or disabled, by whom and since when; then it ran again', async () => {
  const id = await daily()
  for (const [status, clock] of [
    ['paused', '01:00'],
    ['disabled', '03:00'],
    ['active', '05:00'],
  ] as const) {
    await send(past.account, 'POST', '/tasks/status', { ids: [id], status })
    await changedAt(id, clock)
  }
  const paused = await why(id, at('02:00'))
  expect(paused).toMatchObject({
    ...{ reason: 'paused', due_at: null, change: { action: 'task_updated', at: shown('01:00'), actor: 'token' } },
    sentence: `It was paused at ${said('02:00')}, since ${said('01:00')} ${past.token}.`,
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
  await send(past.account, 'POST', '/tasks/status', { ids: [id], status: 'paused' })
  await changedAt(id, '02:00:30')
  // Without an execution of the slot the pause is all that is known.
  expect(await why(id, at('02:00'))).toMatchObject({
    ...{ reason: 'paused', change: { at: shown('02:00:30') } },
    sentence: `It was paused at ${said('02:00:30')} ${past.token}.`,
  })
  const skipped = await run(id, { started: null, status: 'skipped', error: 'too late: it is' })
  expect(await why(id, at('02:00'))).toMatchObject({ reason: 'skipped', execution: { id: skipped } })
  expect((await why(id, at('02:01'))).reason).toBe('paused')

  const other = await daily()
  for (const [status, clock] of [
    ['paused', '01:00'],
    ['active', '02:00:30'],
  ] as const) {
    await send(past.account, 'POST', '/tasks/status', { ids: [other], status })
    await changedAt(other, clock)
  }
  expect(await why(other, at('02:00'))).toMatchObject({
    ...{ reason: 'paused', change: { at: shown('02:00:30') } },
    sentence: `It was paused until ${said('02:00:30')}, when it was made active ${past.token}.`,
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
    sentence: `There was no such task at ${said('02:00')}: it was created at ${said('08:00')} ${past.token}.`,
  })
  await send(past.account, 'POST', `/tasks/${id}`, { cron: '0 10 * * *' })
  await changedAt(id, '12:00')
  const answer = await why(id, at('10:00'))
  expect(answer).toMatchObject({ reason: 'schedule_changed', change: { action: 'task_updated', at: shown('12:00') } })
  expect(answer.sentence).toBe(
    `It was not due at ${said('10:00')} by the schedule that it had then. Its schedule was changed later, at ${said('12:00')} ${past.token}.`,
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

test('what is no longer kept is not guessed', async () => {
  const id = await daily()
  await sql`update task set created_at = '2020-01-01T00:00:00Z' where id = ${id}`
  await sql`update audit set at = '2020-01-01T00:00:00Z' where task_id = ${id}`
  const long = new Date(midnight - 40 * day + 7_200_000).toISOString()
  expect((await why(id, long)).sentence).toEndWith(
    'no execution of that slot is on record. Executions that succeeded are kept for 30 days.',
  )
  await send(past.account, 'PUT', '/service/retention', { execution_days: 1 })
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
  expect((await send(past.account, 'GET', `/tasks/${id}/why`)).body.reason).toBe('not_due')
  expect((await send(past.account, 'GET', `/tasks/${id}/why?at=02:00`)).status).toBe(400)
  expect((await send(await createAccount(), 'GET', `/tasks/${id}/why`)).status).toBe(404)
})

test('times at the ends of what a request may name', async () => {
  const id = await daily()
  expect(await why(id, '2026-11-29T00:00:00+20:00')).toMatchObject({ at: '2026-11-28T04:00:00Z' })
  for (const last of ['9999-12-31T23:59:00Z', '9999-12-31T23:59:59.9999Z'])
    expect((await why(id, last)).reason).toBe('future')
  expect((await why(id, '0001-01-01T00:00:00Z')).reason).toBe('not_created')
})
