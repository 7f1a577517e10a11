import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { duly, endEverything, temporaryFolder } from '../support/process.ts'
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

const calendar = (...args: string[]) =>
  duly(['calendar', ...args], { DATA_DIR: service.dataDir, DULY_URL: service.base })

test('a calendar is set from a calendar file and a list of days, shown, listed and deleted', async () => {
  // Files are read for ten years.
  const year = new Date().getUTCFullYear() + 1
  const folder = temporaryFolder()
  const [ics, days] = [join(folder, 'a.ics'), join(folder, 'days.txt')]
  const events = [
    `DTSTART;VALUE=DATE:${year}1225\r\nSUMMARY:Christmas`,
    'DTSTART:20991225T100000Z\r\nSUMMARY:Breakfast',
  ]
  const wrapped = events.map((event) => `BEGIN:VEVENT\r\n${event}\r\nEND:VEVENT\r\n`)
  await Bun.write(ics, `BEGIN:VCALENDAR\r\n${wrapped.join('')}END:VCALENDAR\r\n`)
  await Bun.write(days, '\uFEFF# ours\n2099-12-19 open Inventory\n\n2099-12-31\n2100-01-01 closed\n')
  expect(await calendar('set', 'works', '--ics', ics, '--days', days, '--weekend', 'Friday, saturday')).toEqual({
    code: 0,
    out: 'Created the calendar works. It lists 4 days, up to 2100-01-01.\nLeft out: Breakfast: it has a time of day, and only whole days are read\n',
    err: '',
  })
  expect((await calendar('get', 'works')).out).toBe(
    `${year}-12-25\tclosed\tChristmas\n2099-12-19\topen\tInventory\n2099-12-31\tclosed\t\n2100-01-01\tclosed\t\n`,
  )
  expect((await calendar('list')).out).toMatch(/^works\tfri,sat\t4\t0\t2100-01-01/)
  expect((await calendar('delete', 'works')).out).toBe('Deleted the calendar works.\n')
  const unknown = 'duly: There is no calendar works: duly calendar list shows them.\n'
  expect(await calendar('get', 'works')).toMatchObject({ code: 1, err: unknown })
  await Bun.write(days, '2099-12-31\n31.12.2099\n')
  expect(await calendar('set', 'works', '--days', days)).toMatchObject({
    code: 2,
    err: expect.stringContaining(':2: '),
  })
  expect(await calendar('set', 'works')).toMatchObject({ code: 2, err: expect.stringContaining('--ics') })
})
