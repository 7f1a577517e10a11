import { beforeEach, expect, test } from 'bun:test'
import { parseLines } from '../log/lines.ts'
import { testDatabaseUrl } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { DatabaseProxy } from '../support/proxy.ts'
import { startReplica } from '../support/replica.ts'
import { insertTask } from '../support/rows.ts'
import { useScene } from '../support/scene.ts'
import { ask } from '../support/service.ts'

const scene = useScene()
let proxy: DatabaseProxy
beforeEach(async () => {
  proxy = await DatabaseProxy.start(testDatabaseUrl)
})

test('while the database is unavailable a busy service logs at most one line per second, with the number of lines left out', async () => {
  const replica = await startReplica(scene.account, { databaseUrl: proxy.url })
  await insertTask({ service_id: scene.account.id, url: scene.target.url(), frequency: 1, unit: 'minute' })
  await eventually(() => scene.target.sent.length > 0, 'the first call')
  scene.target.hold()
  const before = parseLines(replica.err).length
  proxy.refuse()
  const until = performance.now() + 6_000
  const statuses = new Set<number>()
  const keepAsking = async (path: string) => {
    while (performance.now() < until) {
      statuses.add((await ask(replica, 'GET', path)).status)
      await Bun.sleep(5)
    }
  }
  const paths = ['/tasks', '/tasks?count=1', '/overview', `/tasks/${crypto.randomUUID()}`, '/health/ready']
  await Promise.all(paths.map(keepAsking))
  expect([...statuses]).toEqual([503])
  const lines = parseLines(replica.err).slice(before)
  const times = lines.map((line) => Date.parse(line.time))
  for (const [index, time] of times.slice(1).entries())
    expect(time - (times[index] as number)).toBeGreaterThanOrEqual(990)
  expect(lines.length).toBeGreaterThan(2)
  expect(lines.some((line) => line.left_out > 0)).toBe(true)
  expect(replica.err).not.toContain(new URL(proxy.url).password)
})
