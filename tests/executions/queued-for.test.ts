import { beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'

let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

test('a queued execution says in each list when it is to be sent, and one that is not queued does not', async () => {
  const { id: task } = await createTask(owner)
  const { body: byHand } = await send(owner, 'POST', `/tasks/${task}/executions`)
  expect(byHand).toMatchObject({ status: 'queued', queued_for: byHand.created_at })
  await sql`update task set queued_for = '2099-01-01T00:05:00Z' where id = ${task}`
  const shown = async () => {
    const one = (await send(owner, 'GET', `/tasks/${task}/executions/${byHand.id}`)).body
    const [ofTask] = (await send(owner, 'GET', `/tasks/${task}/executions?limit=1`)).body.records
    const [found] = (await send(owner, 'GET', '/executions')).body.records
    const [queued] = (await send(owner, 'GET', '/executions?status=queued')).body.records
    const [{ recent }] = (await send(owner, 'GET', '/tasks?include=recent')).body
    return [one, ofTask, found, queued, recent[0]].map((execution) => execution?.queued_for)
  }
  expect(await shown()).toEqual(Array(5).fill('2099-01-01T00:05:00Z'))
  await sql`update execution set status = 'success', started_at = now(), replica_id = gen_random_uuid()`
  await sql`update task set queued_for = null, queued_id = null, queued_created_at = null`
  expect(await shown()).toEqual([null, null, null, undefined, null])
})
