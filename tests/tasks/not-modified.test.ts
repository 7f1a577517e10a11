import { beforeEach, expect, test } from 'bun:test'
import { type Account, app, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'

let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

const readAgain = async (id: string, etag: string, query = '') =>
  (
    await app.fetch(
      new Request(`http://localhost/tasks/${id}${query}`, {
        headers: { service_id: owner.id, token: owner.token, 'if-none-match': etag },
      }),
    )
  ).status
/** What a claim does to a task. */
const moveOn = (id: string) => sql`update task set scheduled_at = scheduled_at + interval '1 hour' where id = ${id}`

test('a task that has not run since it was written is 304, whether its first run was given or not', async () => {
  for (const fields of [{}, { scheduled_at: null }, { status: 'paused' }, { scheduled_at: null, status: 'disabled' }]) {
    const { id } = await createTask(owner, fields)
    const { headers } = await send(owner, 'GET', `/tasks/${id}`)
    expect([fields, headers.get('etag'), headers.get('cache-control')]).toEqual([fields, '"1"', 'no-store'])
    expect([fields, await readAgain(id, '"1"')]).toEqual([fields, 304])
    expect([fields, await readAgain(id, 'W/"1"')]).toEqual([fields, 304])
    expect([fields, await readAgain(id, '"2"')]).toEqual([fields, 200])
  }
})

test('a run, which raises no version, is never hidden by a 304', async () => {
  for (const fields of [{}, { scheduled_at: null }, { cron: '0 5 * * *', frequency: null, unit: null }]) {
    const { id } = await createTask(owner, fields)
    await moveOn(id)
    expect([fields, await readAgain(id, '"1"')]).toEqual([fields, 200])
  }
  const once = await createTask(owner, { frequency: null, unit: null })
  expect(await readAgain(once.id, '"1"')).toBe(304)
  await sql`update task set status = 'disabled', scheduled_at = null where id = ${once.id}`
  expect(await readAgain(once.id, '"1"')).toBe(200)
})

test('fields that no run changes are 304 as long as the version is the same', async () => {
  const { id } = await createTask(owner)
  await moveOn(id)
  expect(await readAgain(id, '"1"', '?fields=id,name,url')).toBe(304)
  expect(await readAgain(id, '"1"', '?fields=id,scheduled_at')).toBe(200)
  expect(await readAgain(id, '"1"', '?fields=status')).toBe(200)
  await send(owner, 'POST', `/tasks/${id}`, { name: 'renamed' })
  expect(await readAgain(id, '"1"', '?fields=id,name,url')).toBe(200)
})

test('a change by the API is not hidden either, and a task of another service is 404', async () => {
  const { id } = await createTask(owner)
  await send(owner, 'POST', `/tasks/${id}`, { name: 'renamed' })
  expect(await readAgain(id, '"1"')).toBe(200)
  expect(await readAgain(id, '"2"')).toBe(304)
  const { id: other } = await createTask(await createAccount())
  expect(await readAgain(other, '"1"')).toBe(404)
})
