import { beforeEach, expect, test } from 'bun:test'
import { send } from '../support/app.ts'
import { sql } from '../support/database.ts'
import { at, changedAt, daily, freshPast, outage, past, run, said, shown, why } from '../support/past-runs.ts'

beforeEach(freshPast)

test('within an outage: that Duly did not run, and which slots fell into it', async () => {
  const id = await daily({ cron: '2-59/5 * * * *' })
  await outage('04:10', '04:25')
  const span = { began_at: shown('04:10'), ended_at: shown('04:25') }
  const wasOut = `Duly did not run from ${said('04:10')} to ${said('04:25')}`
  expect(await why(id, at('04:15'))).toMatchObject({
    ...{ reason: 'not_due', due_at: null, outage: span },
    sentence: `It was not due at ${said('04:15')}. It was due at ${said('04:12')}, and then at ${said('04:17')}. ${wasOut}: its slots of ${said('04:12')}, ${said('04:17')} and ${said('04:22')} fell into that time.`,
  })
  for (const outside of ['04:09', '04:25']) expect((await why(id, at(outside))).outage).toBeNull()

  const ends = async (fields: object) => {
    const other = await daily(fields)
    return (await why(other, at('04:15'))).sentence as string
  }
  expect(await ends({ cron: '11,20 4 * * *' })).toEndWith(
    `${wasOut}: its slots of ${said('04:11')} and ${said('04:20')} fell into that time.`,
  )
  expect(await ends({ cron: '24 4 * * *' })).toEndWith(`${wasOut}: its slot of ${said('04:24')} fell into that time.`)
  expect(await ends({ cron: '10,25 4 * * *' })).toEndWith(`${wasOut}.`)
  expect(await ends({ cron: '*/2 * * * *' })).toContain('fell into that time.')
  expect(await ends({ cron: '16-23 4 * * *' })).toEndWith(
    `${wasOut}: its 8 slots from ${said('04:16')} to ${said('04:23')} fell into that time.`,
  )
  const paused = await daily({ cron: '2-59/5 * * * *' })
  await send(past.account, 'POST', '/tasks/status', { ids: [paused], status: 'paused' })
  await changedAt(paused, '01:00')
  const told = await why(paused, at('04:15'))
  expect(told).toMatchObject({ reason: 'paused', outage: span })
  expect(told.sentence).toEndWith(` ${wasOut}.`)
})

test('an interval within an outage, a slot that was passed over in one, and a time before the task', async () => {
  const id = await daily({ cron: undefined, frequency: 5, unit: 'minute', scheduled_at: '2099-01-01T00:02:00Z' })
  await outage('04:10', '04:25')
  await run(id, { slot: '04:07' })
  await run(id, { slot: '04:27' })
  const told = await why(id, at('04:15'))
  expect(told).toMatchObject({ reason: 'not_due', outage: { began_at: shown('04:10') } })
  expect(told.sentence).toEndWith(
    `: its slots of ${said('04:12')}, ${said('04:17')} and ${said('04:22')} fell into that time.`,
  )
  const passedOver = 'passed over: the execution before it was still running'
  await run(id, { slot: '04:32', created: '05:00', started: null, status: 'skipped', missed: 1, error: passedOver })
  await outage('04:31', '04:40')
  const skipped = await why(id, at('04:32'))
  expect(skipped).toMatchObject({ reason: 'skipped', cause: 'previous_run', outage: { began_at: shown('04:31') } })
  expect(skipped.sentence.split('Duly did not run')).toHaveLength(2)
  await sql`update task set created_at = ${at('04:20')}::text::timestamptz where id = ${id}`
  expect(await why(id, at('04:11'))).toMatchObject({ reason: 'not_created', outage: null })
})
