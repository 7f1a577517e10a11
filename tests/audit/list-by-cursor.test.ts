import { beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase } from '../support/database.ts'
import { walk } from '../support/walk.ts'

let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

const ids = (records: { id: string }[]) => records.map(({ id }) => id)

test('the pages of an audit are all its entries, newest first, whatever is written meanwhile', async () => {
  const task = await createTask(owner)
  for (let name = 0; name < 8; name++) await send(owner, 'POST', `/tasks/${task.id}`, { name: `name ${name}` })
  for (const address of ['/audit', `/tasks/${task.id}/audit`]) {
    const whole = ids((await send(owner, 'GET', `${address}?count=100`)).body.records)
    let round = 0
    const rename = () => send(owner, 'POST', `/tasks/${task.id}`, { name: `${address} ${round++}` })
    expect(ids((await walk(owner, `${address}?limit=2`, rename)).flat())).toEqual(whole)
  }
})

test('the audit of a task takes no cursor of the service, and is 404 where there is no task', async () => {
  const task = await createTask(owner)
  await send(owner, 'POST', `/tasks/${task.id}`, { name: 'other' })
  const { body } = await send(owner, 'GET', '/audit?limit=1')
  expect((await send(owner, 'GET', `/tasks/${task.id}/audit?cursor=${body.next_cursor}`)).status).toBe(400)
  expect((await send(owner, 'GET', `/tasks/${Bun.randomUUIDv7()}/audit?limit=1`)).status).toBe(404)
})
