import { afterEach, expect, test } from 'bun:test'
import { endEverything, serverOf, temporaryFolder } from '../support/process.ts'
import { ask, launchService, overdueTask, type Service, startService, welcomed } from '../support/service.ts'

afterEach(endEverything)

async function end(service: Service): Promise<void> {
  service.kill('SIGTERM')
  expect(await service.exited).toBe(0)
}

test('a second service on the same DATA_DIR shares server, credentials and tasks, and the last one out stops the server', async () => {
  const first = await startService()
  const second = await startService({ dataDir: first.dataDir })
  expect([second.id, second.token]).toEqual([first.id, first.token])
  expect(second.base).not.toBe(first.base)
  const { body: task } = await ask(first, 'POST', '/tasks', overdueTask(`${first.base}/health/live`))
  expect((await ask(second, 'GET', `/tasks/${task.id}`)).status).toBe(200)
  const server = serverOf(first.dataDir)
  await end(first)
  expect(serverOf(first.dataDir)).toBe(server)
  expect((await ask(second, 'GET', `/tasks/${task.id}`)).status).toBe(200)
  await end(second)
  expect(serverOf(first.dataDir)).toBeUndefined()
})

test('three that start at once on an empty DATA_DIR make one database and one first service', async () => {
  const dataDir = temporaryFolder()
  const launched = [1, 2, 3].map(() => launchService({ dataDir }))
  const services = await Promise.all(launched.map(({ program }) => welcomed(program, dataDir)))
  expect(new Set(services.map(({ token }) => token)).size).toBe(1)
  for (const service of services) expect((await ask(service, 'GET', '/tasks')).body).toEqual([])
  // All at once as well: each sees the others on their way out.
  await Promise.all(services.map(end))
  expect(serverOf(dataDir)).toBeUndefined()
})

test('one that starts while the last one stops the server gets a server all the same', async () => {
  const first = await startService()
  for (let round = 0, last = first; round < 3; round++) {
    const { program } = launchService({ dataDir: first.dataDir })
    await Bun.sleep(150 + round * 100)
    await end(last)
    last = await welcomed(program, first.dataDir)
    expect((await ask(last, 'GET', '/tasks')).status).toBe(200)
  }
})
