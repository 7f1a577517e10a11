import { beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'

let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

const metadata = 'http://169.254.169.254/latest/meta-data/'
const task = { name: 'A task', url: metadata, method: 'GET', frequency: 1, unit: 'hour' }
const refusal = (path: string) => ({
  status: 400,
  body: {
    errors: [{ path, message: expect.stringMatching(/^is refused by the outbound policy: 169\.254\.169\.254 /) }],
  },
})

test('a target that the policy refuses is refused when its task is saved, at its field', async () => {
  const stored = await createTask(owner)
  expect(await send(owner, 'POST', '/tasks', task)).toMatchObject(refusal('/url'))
  expect(await send(owner, 'PUT', `/tasks/${stored.id}`, task)).toMatchObject(refusal('/url'))
  expect(await send(owner, 'POST', `/tasks/${stored.id}`, { url: metadata })).toMatchObject(refusal('/url'))
  expect(await send(owner, 'POST', '/tasks/bulk', { tasks: [task] })).toMatchObject(refusal('/tasks/0/url'))
  expect(await sql`select url from task`).toMatchObject([{ url: stored.url }])
})

test('a name is saved whatever it resolves to: it is looked up when it is called', async () => {
  expect((await send(owner, 'POST', '/tasks', { ...task, url: 'http://no-such-host.invalid/' })).status).toBe(201)
})
