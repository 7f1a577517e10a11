import { beforeAll, beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'

let owner: Account
beforeAll(emptyDatabase)
beforeEach(async () => {
  owner = await createAccount()
})

/** Tasks as a server of another release has stored them: in a zone that is new, and with syntax that is. */
async function unreadableTasks(fields = {}) {
  const cron = { frequency: undefined, unit: undefined, scheduled_at: undefined, cron: '5 4 * * *', ...fields }
  const [inZone, withSyntax] = [await createTask(owner, cron), await createTask(owner, cron)]
  await sql`update task set time_zone = 'Mars/Olympus' where id = ${inZone.id}`
  await sql`update task set cron = 'new syntax' where id = ${withSyntax.id}`
  return [inZone, withSyntax]
}
const change = (id: string, body: object) => send(owner, 'POST', `/tasks/${id}`, body)

test('the next run of a task whose pattern or zone cannot be read is listed, and why no later one is', async () => {
  for (const { id, scheduled_at } of await unreadableTasks())
    expect(await send(owner, 'GET', `/tasks/${id}/upcoming`)).toMatchObject({
      status: 200,
      body: {
        ...{ upcoming: [scheduled_at], starts: [scheduled_at], left_out: [] },
        warnings: [expect.stringContaining('cannot read the pattern or the time zone')],
      },
    })
  for (const { id } of await unreadableTasks({ status: 'paused' }))
    expect((await send(owner, 'GET', `/tasks/${id}/upcoming`)).body.upcoming).toEqual([])
})

test('a change that needs its times is refused, and a pattern and a zone that can be read replace them', async () => {
  for (const { id } of await unreadableTasks({ spread_seconds: 30 })) {
    expect(await change(id, { name: 'another', spread_seconds: 0 })).toMatchObject({ status: 200 })
    for (const body of [{ ends_at: '2098-01-01T00:00:00Z' }, { status: 'active' }, { spread_seconds: 60 }])
      expect(await change(id, body)).toMatchObject({
        status: 400,
        body: { errors: [{ path: '/cron', message: expect.stringContaining('another release') }] },
      })
    expect(await change(id, { cron: '7 5 * * *', time_zone: 'UTC', spread_seconds: 60 })).toMatchObject({
      status: 200,
      body: { cron: '7 5 * * *', scheduled_at: expect.stringMatching(/T05:07:00Z$/), spread_seconds: 60 },
    })
  }
})
