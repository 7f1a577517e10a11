import { afterAll, beforeAll, expect, test } from 'bun:test'
import { eventually } from '../support/eventually.ts'
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
