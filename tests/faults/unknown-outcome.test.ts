import { beforeEach, expect, test } from 'bun:test'
import { farTask } from '../support/app.ts'
import { sql, testDatabaseUrl } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { DatabaseProxy } from '../support/proxy.ts'
import { startReplica } from '../support/replica.ts'
import { executionsOf, insertTask, taskRow } from '../support/rows.ts'
import { useScene } from '../support/scene.ts'
import { ask, type Service } from '../support/service.ts'

const scene = useScene()
let proxy: DatabaseProxy
let replica: Service
beforeEach(async () => {
  proxy = await DatabaseProxy.start(testDatabaseUrl)
  replica = await startReplica(scene.account, { databaseUrl: proxy.url, env: { SCHEDULER_ENABLED: 'false' } })
})

const farTime = '2999-01-01T00:00:00Z'
const send = (method: string, path: string, body?: unknown, key?: string) =>
  ask(replica, method, path, body, key === undefined ? {} : { 'idempotency-key': key })

test('the answer to a write that the database did not confirm says that its outcome is unknown, and a repeat with its key does not do it twice', async () => {
  const task = await insertTask({ service_id: scene.account.id, scheduled_at: farTime })
  const other = await insertTask({ service_id: scene.account.id, scheduled_at: farTime })
  const requests: [method: string, path: string, body?: unknown, key?: string][] = [
    ['POST', '/tasks', { ...farTask, name: 'one' }, 'create'],
    ['POST', '/tasks/bulk', { tasks: [{ ...farTask, name: 'two' }] }, 'bulk'],
    ['POST', `/tasks/${task.id}/executions`, undefined, 'run'],
    ['POST', `/tasks/${other.id}`, { name: 'changed' }],
  ]
  // The statement reaches the database, and only its answer is held back.
  const holds = requests.map(() => proxy.hold((text) => /insert into|update task/.test(text), 'answer'))
  const answers = await Promise.all(requests.map((request) => send(...request)))
  for (const answer of answers) {
    expect(answer.status).toBe(503)
    expect(answer.body).toEqual({ message: expect.stringContaining('the outcome is unknown'), code: 'outcome_unknown' })
  }
  await eventually(() => sql`select id from task where name = 'one'`, 'the task that was created')
  for (const hold of holds) hold.release()
  const repeated = await Promise.all(requests.map((request) => send(...request)))
  expect(repeated.map(({ status }) => status)).toEqual([201, 201, 202, 200])
  expect(await sql`select name from task where name in ('one', 'two') order by name`).toMatchObject([
    { name: 'one' },
    { name: 'two' },
  ])
  expect(await executionsOf(task)).toHaveLength(1)
  expect((await taskRow(other)).name).toBe('changed')
})

test('a read that the database did not answer, and a write that never reached it, say that nothing was changed', async () => {
  proxy.stall()
  const read = await send('GET', '/tasks?count=1')
  expect([read.status, read.body]).toEqual([
    503,
    { message: expect.stringContaining('Nothing was changed'), code: 'database_unavailable' },
  ])
  proxy.refuse()
  await Bun.sleep(100)
  const write = await send('POST', '/tasks', { ...farTask, name: 'refused' })
  expect(write.status).toBe(503)
  proxy.pass()
  expect(await sql`select id from task where name = 'refused'`).toHaveLength(0)
})
