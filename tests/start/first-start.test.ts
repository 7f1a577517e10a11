import { afterEach, expect, test } from 'bun:test'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from '../support/eventually.ts'
import { endEverything, run, serverOf, temporaryFolder } from '../support/process.ts'
import { expectWithin } from '../support/promised.ts'
import { ask, overdueTask, startService } from '../support/service.ts'

afterEach(endEverything)

test('prints URLs and credentials, and the printed curl command creates a first task', async () => {
  const service = await startService({ dataDir: temporaryFolder() })
  expect(service.base).toMatch(/^http:\/\/localhost:\d+$/)
  expect(service.out).toContain(`API docs    ${service.base}/swagger`)
  expect((await fetch(`${service.base}/`)).status).toBe(200)
  expect((await fetch(`${service.base}/swagger`)).status).toBe(200)
  expect(await ask(service, 'GET', '/tasks')).toEqual({ status: 200, body: [] })
  const curl = run(['sh', '-c', service.curl])
  expect(await curl.exited).toBe(0)
  const task = JSON.parse(curl.out)
  expect(task).toMatchObject({ url: `${service.base}/health/live`, service_id: service.id, status: 'active' })
  const { body } = await ask(service, 'GET', '/tasks')
  expect(body.map((one: { id: string }) => one.id)).toEqual([task.id])
})

test('prints secrets to stdout only, and stores them for this user only', async () => {
  const service = await startService({ dataDir: temporaryFolder() })
  expect(service.token.length).toBeGreaterThan(30)
  expect(service.err).not.toContain(service.token)
  const file = join(service.dataDir, 'credentials.json')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(await Bun.file(file).json()).toEqual({ service_id: service.id, token: service.token })
  const password = join(service.dataDir, 'postgres/duly-password')
  expect(statSync(password).mode & 0o777).toBe(0o600)
  expect(statSync(join(service.dataDir, 'postgres')).mode & 0o777).toBe(0o700)
  expect(service.out + service.err).not.toContain((await Bun.file(password).text()).trim())
})

test('the next start has the same credentials and data, within 3 s', async () => {
  const first = await startService()
  const { body: task } = await ask(first, 'POST', '/tasks', overdueTask(`${first.base}/health/live`))
  first.kill('SIGTERM')
  expect(await first.exited).toBe(0)
  expect(serverOf(first.dataDir)).toBeUndefined()
  const began = performance.now()
  const second = await startService({ dataDir: first.dataDir })
  expectWithin(3_000, began)
  expect([second.id, second.token]).toEqual([first.id, first.token])
  expect((await ask(second, 'GET', `/tasks/${task.id}`)).body.name).toBe(task.name)
})

test('a task that is a day late runs within 2 s, once, and then an hour from now', async () => {
  const service = await startService()
  let calls = 0
  const target = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response(`call ${++calls}`) })
  try {
    const created = performance.now()
    const { body: task } = await ask(service, 'POST', '/tasks', overdueTask(target.url.href))
    const executions = `/tasks/${task.id}/executions`
    const { records } = await eventually(async () => {
      const { body } = await ask(service, 'GET', executions)
      return body.records[0]?.status === 'success' && body
    }, 'no execution succeeded')
    expectWithin(2_000, created)
    expect(records).toHaveLength(1)
    expect(records[0]).toMatchObject({ status_code: 200, response: 'call 1', attempt: 1 })
    const { body: after } = await ask(service, 'GET', `/tasks/${task.id}`)
    expect(Math.abs(Date.parse(after.scheduled_at) - Date.parse(records[0].created_at) - 3_600_000)).toBeLessThan(1_000)
    await Bun.sleep(1_500)
    expect((await ask(service, 'GET', executions)).body.total_count).toBe(1)
    expect(calls).toBe(1)
  } finally {
    await target.stop(true)
  }
})
