import { expect, test } from 'bun:test'
import { createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase } from '../support/database.ts'

test('calendars that tasks use are named from 30 days before their last day on', async () => {
  await emptyDatabase()
  const owner = await createAccount()
  const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
  const cron = { frequency: undefined, unit: undefined, scheduled_at: undefined, cron: '0 9 * * *' }
  const use = async (name: string, days: readonly string[], tasks: number) => {
    await send(owner, 'PUT', `/calendars/${name}`, { days: days.map((one) => ({ day: one })) })
    return Promise.all(Array.from({ length: tasks }, () => createTask(owner, { ...cron, calendar: name })))
  }
  await use('ended', ['2020-12-25'], 2)
  const [ending] = await use('ending', [day(1), day(28)], 1)
  // A day of leeway on either side, for a test at midnight.
  await use('later', [day(32)], 1)
  await use('unused', [day(1)], 0)
  await use('weekend-only', [], 1)
  const named = async () => (await send(owner, 'GET', '/overview')).body.ending_calendars
  expect(await named()).toEqual([
    { name: 'ended', last_day: '2020-12-25', tasks: 2 },
    { name: 'ending', last_day: day(28), tasks: 1 },
  ])
  await send(owner, 'DELETE', `/tasks/${ending.id}`)
  expect(await named()).toEqual([{ name: 'ended', last_day: '2020-12-25', tasks: 2 }])
  expect((await send(await createAccount('other'), 'GET', '/overview')).body.ending_calendars).toEqual([])
})
