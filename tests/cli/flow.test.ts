import { afterAll, beforeAll, expect, test } from 'bun:test'
import { duly, endEverything } from '../support/process.ts'
import { type Service, startService } from '../support/service.ts'
import { createFarTask, said } from './task-scene.ts'

afterAll(endEverything)

let service: Service
beforeAll(async () => {
  service = await startService({ env: { SCHEDULER_ENABLED: 'false' } })
})

const flow = (...args: string[]) => duly(['flow', ...args], { DATA_DIR: service.dataDir, DULY_URL: service.base })

test('a flow is set, paused, changed while it stays paused, resumed, listed and deleted', async () => {
  const limits = ['--concurrency', '5', '--rate', '120', '--period-seconds', '60', '--target', 'API.example:8443']
  expect(await flow('set', 'partner', ...limits)).toEqual({ code: 0, out: 'Created the flow partner.\n', err: '' })
  expect((await flow('pause', 'partner')).out).toBe('Paused the flow partner.\n')
  const changed = await flow('set', 'partner', '--rate', '2', '--burst', '3', '--json')
  expect(JSON.parse(changed.out)).toMatchObject({
    ...{ concurrency: null, rate: 2, period_seconds: 1, burst: 3, target: null, paused: true },
  })
  expect((await flow('list')).out).toMatch(/^partner\t-\t2 in 1 s\t0\t0\t-\tpaused\t-\n$/)
  expect((await flow('resume', 'partner')).out).toBe('Resumed the flow partner.\n')
  const [listed] = JSON.parse((await flow('list', '--json')).out)
  expect(listed).toMatchObject({ name: 'partner', rate: 2, burst: 3, paused: false })
  expect((await flow('delete', 'partner')).out).toBe('Deleted the flow partner.\n')
  const unknown = 'duly: There is no flow partner: duly flow list shows them.\n'
  expect(await flow('pause', 'partner')).toMatchObject({ code: 1, err: unknown })
  expect(await flow('delete', 'partner')).toMatchObject({ code: 1, err: unknown })
})

test('a flow that a task names cannot be deleted', async () => {
  await flow('set', 'used', '--concurrency', '1')
  const { id } = await createFarTask(service)
  await said(service, 'update', id, '--flow', 'used')
  expect(await flow('delete', 'used')).toMatchObject({ code: 1, err: expect.stringContaining(id) })
})

test.each([
  ['--concurrency', '5x'],
  ['--rate', '0'],
  ['--burst', '1.5'],
  ['--period-seconds', '86401'],
])('%s %s is refused, and sets no flow without a limit', async (option, value) => {
  expect(await flow('set', 'wrong', option, value)).toMatchObject({ code: 2, err: expect.stringContaining(option) })
  expect((await flow('list')).out).not.toContain('wrong')
})
