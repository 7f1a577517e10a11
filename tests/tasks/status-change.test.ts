import { beforeEach, expect, test } from 'bun:test'
import { changeStatuses } from '../../src/tasks/status-change.ts'
import { type Account, createAccount, farTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { insertTask } from '../support/rows.ts'

let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

const [soon, later] = ['2190-01-01T08:00:00Z', '2190-01-02T08:00:00Z']
const set = async (body: object) => {
  const { status, body: answer } = await send(owner, 'POST', '/tasks/status', body)
  return status === 200 ? answer : [status, answer.errors[0].path]
}
/** The tasks of the service as name, status and end of the pause. */
const stored = async () =>
  (await sql`select name, status, paused_until from task where service_id = ${owner.id} order by name`).map(
    ({ name, status, paused_until }) => [name, status, ...(paused_until ? [paused_until] : [])].join(' '),
  )

test('all tasks of a service are paused and resumed, but not those that somebody wanted otherwise', async () => {
  const add = (name: string, fields: object) => insertTask({ service_id: owner.id, name, ...fields })
  await add('a', {})
  await add('b', { status: 'paused' })
  await add('c', { status: 'paused', paused_until: soon })
  await add('d', { status: 'disabled', scheduled_at: null })
  const other = await insertTask()
  expect(await set({ all: true, status: 'paused', until: later })).toEqual({ updated: 2, more: false })
  const until = [`a paused ${later}`, 'b paused', `c paused ${later}`, 'd disabled']
  expect(await stored()).toEqual(until)
  expect(await set({ all: true, status: 'paused', until: later })).toEqual({ updated: 0, more: false })
  expect(await set({ all: true, status: 'paused' })).toEqual({ updated: 2, more: false })
  expect(await stored()).toEqual(['a paused', 'b paused', 'c paused', 'd disabled'])
  expect(await set({ all: true, status: 'active' })).toEqual({ updated: 3, more: false })
  expect(await stored()).toEqual(['a active', 'b active', 'c active', 'd disabled'])
  expect(await set({ all: true, status: 'disabled' })).toEqual({ updated: 3, more: false })
  expect(await set({ all: true, status: 'active' })).toEqual({ updated: 0, more: false })
  expect(await sql`select status from task where id = ${other.id}`).toMatchObject([{ status: 'active' }])
  // Each change has its entry.
  expect(await sql`select from audit where action = 'task_updated'`).toHaveLength(2 + 2 + 3 + 3)
})

test('the tasks of a flow: those that name it, and those of its target', async () => {
  await send(owner, 'PUT', '/flows/partner', { target: 'partner.example', concurrency: 1 })
  const create = (fields: object) => send(owner, 'POST', '/tasks', { ...farTask, ...fields })
  await create({ name: 'a', flow: 'partner' })
  await create({ name: 'b', url: 'http://partner.example/x' })
  await create({ name: 'c' })
  expect(await set({ flow: 'partner', status: 'paused', until: soon })).toEqual({ updated: 2, more: false })
  expect(await stored()).toEqual([`a paused ${soon}`, `b paused ${soon}`, 'c active'])
  expect(await set({ flow: 'partner', status: 'active' })).toEqual({ updated: 2, more: false })
  expect(await set({ flow: 'partner', status: 'active' })).toEqual({ updated: 0, more: false })
  expect(await set({ flow: 'nobody', status: 'active' })).toEqual([400, '/flow'])
})

test('a request changes so many tasks, and says whether some are left', async () => {
  const { body } = await send(owner, 'POST', '/tasks/bulk', { tasks: Array(7).fill(farTask) })
  const caller = { serviceId: owner.id, actor: () => ({ ...nobody, actor: 'command_line' as const }) }
  const change = (ms = 60_000) =>
    changeStatuses(sql, caller as never, { all: true, status: 'paused' }, Date.now(), { most: 4, batch: 2, ms })
  // Without time for more it is one batch.
  expect(await change(-1)).toEqual({ updated: 2, more: true })
  expect([await change(), await change(), await change()]).toEqual([
    { updated: 4, more: true },
    { updated: 1, more: false },
    { updated: 0, more: false },
  ])
  expect(body.tasks).toHaveLength(7)
  expect(new Set(await stored())).toEqual(new Set([`${farTask.name} paused`]))
})

const nobody = { principal: null, address: null, user_agent: null, request_id: null }

test('a request says in one way which tasks it changes', async () => {
  const ids = [Bun.randomUUIDv7()]
  expect(await set({ status: 'paused' })).toEqual([400, '/ids'])
  expect(await set({ ids, all: true, status: 'paused' })).toEqual([400, '/all'])
  expect(await set({ all: true, flow: 'x', status: 'paused' })).toEqual([400, '/flow'])
  expect(await set({ all: false, status: 'paused' })).toEqual([400, '/all'])
})
