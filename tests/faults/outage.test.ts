import { beforeEach, expect, test } from 'bun:test'
import { insertUrlChannel, passTime } from '../support/alerts.ts'
import { sql, testDatabaseUrl } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { promised } from '../support/promised.ts'
import { DatabaseProxy } from '../support/proxy.ts'
import { startReplica } from '../support/replica.ts'
import { endedExecutions } from '../support/rows.ts'
import { killHard, useScene } from '../support/scene.ts'
import { Target } from '../support/target.ts'

const scene = useScene()

beforeEach(async () => {
  await sql`truncate outage`
  await sql`update pass_beat set at = now()`
})

const outages = () => sql<{ seconds: number }[]>`
  select date_part('epoch', ended_at - began_at)::float8 as seconds from outage`
const told = () => sql`select tasks from alert where kind = 'outage'`
const passedBy = async () =>
  (await sql<{ age: number }[]>`select date_part('epoch', now() - at)::float8 as age from pass_beat`)[0]?.age ?? 99

test('Duly is killed and starts again after ten minutes, as two replicas: one message says since when, and how many tasks', async () => {
  const receiver = new Target()
  await insertUrlChannel(scene.account.id, receiver.url())
  const first = await startReplica(scene.account)
  await endedExecutions(await scene.insertTask())
  await killHard(first)
  await sql`update pass_beat set at = at - interval '10 minutes'`
  const overdue = new Date(Date.now() - 300_000).toISOString()
  const tasks = await Promise.all(Array.from({ length: 30 }, () => scene.insertTask({ scheduled_at: overdue })))
  await Promise.all([startReplica(scene.account), startReplica(scene.account)])
  for (const task of tasks) await endedExecutions(task)
  expect(await told()).toMatchObject([{ tasks: 30 }])
  const [outage, ...others] = await outages()
  expect(others).toHaveLength(0)
  expect(outage?.seconds).toBeGreaterThan(595)
  expect(outage?.seconds).toBeLessThan(640)
  await passTime(30)
  await receiver.arrived(1)
  const { type, data } = JSON.parse(receiver.sent[0]?.body ?? '{}')
  expect([type, data.kind, data.opened.count]).toEqual(['alert.opened', 'outage', 1])
  expect(data.opened.alerts[0]).toMatchObject({ kind: 'outage', tasks: 30 })
})

test('the database is frozen for more than a minute: one outage, and no heartbeat meanwhile', async () => {
  const proxy = await DatabaseProxy.start(testDatabaseUrl)
  const monitor = new Target()
  const options = { databaseUrl: proxy.url, env: { HEARTBEAT_URL: monitor.url('/ping') } }
  await Promise.all([startReplica(scene.account, options), startReplica(scene.account, options)])
  await monitor.arrived(2)
  await eventually(async () => (await passedBy()) < 6, 'a beat')
  const due = new Date(Date.now() + 20_000).toISOString()
  const tasks = await Promise.all(Array.from({ length: 5 }, () => scene.insertTask({ scheduled_at: due })))
  proxy.stall()
  const frozen = performance.now()
  await Bun.sleep(75_000)
  const thawed = performance.now()
  proxy.pass()
  for (const task of tasks) await endedExecutions(task, 1, promised(30_000))
  expect(await told()).toMatchObject([{ tasks: 5 }])
  const [outage, ...others] = await outages()
  expect(others).toHaveLength(0)
  expect(outage?.seconds).toBeGreaterThan(70)
  expect(monitor.sent.filter(({ at }) => at > frozen + 11_000 && at < thawed)).toHaveLength(0)
  await eventually(() => monitor.sent.filter(({ at }) => at > thawed).length === 2, 'heartbeats', promised(30_000))
})

test('one of two replicas is frozen for minutes: no outage', async () => {
  const frozen = await startReplica(scene.account)
  await startReplica(scene.account)
  frozen.kill('SIGSTOP')
  // The living one goes on to write that passes go well.
  await sql`update pass_beat set at = now() - interval '50 seconds'`
  await eventually(async () => (await passedBy()) < 10, 'a beat', promised(15_000))
  await scene.insertTask({ scheduled_at: new Date(Date.now() + 1_000).toISOString() })
  frozen.kill('SIGCONT')
  await scene.laterTaskEnds()
  expect(await outages()).toHaveLength(0)
  expect(await told()).toHaveLength(0)
})
