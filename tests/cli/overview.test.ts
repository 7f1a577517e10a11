import { afterAll, beforeAll, expect, test } from 'bun:test'
import { createAccount, createTask } from '../support/app.ts'
import { sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { startListeningApp } from '../support/listening-app.ts'
import { duly, endEverything } from '../support/process.ts'
import { ask, type Service, startService } from '../support/service.ts'
import { Target } from '../support/target.ts'
import { createFarTask } from './task-scene.ts'

afterAll(endEverything)

let service: Service
const target = new Target()
beforeAll(async () => {
  service = await startService()
})
afterAll(() => target.stop())

test('overview shows tasks, results and what is failing, and with --json what the API returns', async () => {
  const env = { DATA_DIR: service.dataDir, DULY_URL: service.base }
  const task = await createFarTask(service, { name: 'Fails \u001b[2J', url: target.url('/500'), status: 'paused' })
  await createFarTask(service)
  await ask(service, 'POST', `/tasks/${task.id}/executions`)
  const overview = async () => (await ask(service, 'GET', '/overview')).body
  await eventually(async () => (await overview()).failing.length === 1, 'the failure')
  const { code, out, err } = await duly(['overview'], env)
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toContain(
    'Tasks         1 active, 1 paused, 0 disabled\nLast 24 h     0 succeeded, 1 failed, 0 skipped\n',
  )
  expect(out).toMatch(
    new RegExp(`Failing +1 task\n {2}${task.id} {2}Fails \\\\x1b\\[2J\n {4}1 failure in a row since `),
  )
  const { hours, ...rest } = JSON.parse((await duly(['overview', '--json'], env)).out)
  expect(rest.tasks).toEqual((await overview()).tasks)
  expect(hours).toHaveLength(24)
})

test('overview says of how many tasks only the next run is counted', async () => {
  const [owner, { server }] = [await createAccount(), await startListeningApp()]
  const soon = new Date(Date.now() + 3_600_000).toISOString()
  const pattern = { frequency: undefined, unit: undefined, cron: '* * * * *', scheduled_at: soon }
  const { id } = await createTask(owner, pattern)
  // As a server of a newer release stores it.
  await sql`update task set time_zone = 'Mars/Olympus' where id = ${id}`
  const { code, out, err } = await duly(['overview', '--service-id', owner.id, '--token', owner.token], {
    DULY_URL: server?.url.origin ?? '',
  })
  await server?.stop(true)
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toContain('\nNext 24 h     1 run, and later ones of 1 task that the server cannot read\n')
})
