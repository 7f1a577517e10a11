import { afterAll, beforeAll, expect, test } from 'bun:test'
import { endEverything } from '../support/process.ts'
import { ask, type Service, startService } from '../support/service.ts'
import { createFarTask, farTask, inShell, json, onTerminal, refusal, said } from './task-scene.ts'

afterAll(endEverything)

let service: Service
beforeAll(async () => {
  service = await startService({ env: { SCHEDULER_ENABLED: 'false' } })
})

test('without a task it prints nothing, and [] as JSON', async () => {
  expect(await said(service, 'list')).toBe('')
  expect(await said(service, 'list', '--json')).toBe('[]\n')
})

test('in a pipe a task is one line of id, status, schedule, next run, name and target, separated by tabs and not truncated', async () => {
  const name = `A name ${'that is long '.repeat(10)}`
  const task = await createFarTask(service, { name, method: 'POST', frequency: 6 })
  const paused = await createFarTask(service, { name: 'B', status: 'paused', frequency: null, unit: null })
  expect(await said(service, 'list', '--sort', 'name')).toBe(
    `${[
      [task.id, 'active', 'every 6 hours', '2099-01-01T00:00:00Z', name, 'POST http://127.0.0.1:9/'].join('\t'),
      [paused.id, 'paused', 'once, at 2099-01-01T00:00:00Z', '-', 'B', 'GET http://127.0.0.1:9/'].join('\t'),
    ].join('\n')}\n`,
  )
  expect(await json(service, 'list', '--sort', '-name')).toEqual([paused, task])
  expect(await json(service, 'list', '--status', 'paused')).toEqual([paused])
  expect(await json(service, 'list', '--search', 'THAT is & long')).toEqual([])
  expect(await json(service, 'list', '--search', 'THAT is long')).toEqual([task])
  expect(await json(service, 'list', '--limit', '1')).toEqual([paused])
})

test('an invalid option is reported with its field, and no incomplete array is printed', async () => {
  const message = 'The service does not take it: /status must be one of active, paused, disabled.'
  expect(await refusal(service, 1, 'list', '--status', 'asleep')).toBe(`duly: ${message}`)
  expect(JSON.parse(await refusal(service, 1, 'list', '--json', '--status', 'asleep'))).toMatchObject({
    message,
    code: 'invalid_input',
    errors: [{ path: '/status', message: 'must be one of active, paused, disabled', code: 'invalid' }],
  })
  expect(await refusal(service, 1, 'list', '--sort', 'url', '--status', 'x')).toMatch(
    /^duly: The service does not take it:\n {2}\/\w+ must be .*\n {2}\/\w+ must be .*$/,
  )
})

test('names and URLs cannot move the cursor, in lines, in a table and in JSON', async () => {
  const name = 'ev\u001b[31mil\u202e\u009b2J \u0007日本 👨‍👩‍👧'
  const task = await createFarTask(service, { name })
  const shown = 'ev\\x1b[31mil\\u{202e}\\x9b2J \\x07日本 👨‍👩‍👧'
  expect(await said(service, 'list', '--search', '日本')).toContain(`\t${shown}\t`)
  expect(await said(service, 'get', task.id)).toContain(`\nName      ${shown}\n`)
  for (const args of [
    ['list', '--search', '日本'],
    ['get', task.id],
  ]) {
    const text = await said(service, ...args, '--json')
    expect(text).not.toMatch(/(?!\n)\p{Cc}|\u202e/u)
    expect([JSON.parse(text)].flat()[0].name).toBe(name)
  }
  const table = (await onTerminal(service, 200, ['list', '--search', '日本'])).out
  expect(table).toContain(shown)
  expect(table).not.toMatch(/(?![\r\n])\p{Cc}|\u202e/u)
})

test('on a terminal the output is a table with a heading, no wider than the terminal', async () => {
  await createFarTask(service, { name: '本'.repeat(100), url: `http://127.0.0.1:9/${'x'.repeat(300)}` })
  for (const width of [40, 60, 80, 100, 130, 250]) {
    const lines = (await onTerminal(service, width, ['list'])).out.trimEnd().split('\n')
    expect(lines[0]).toMatch(/^ID( |$)/)
    expect(lines).toHaveLength(5)
    for (const line of lines) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(width)
  }
  expect((await onTerminal(service, 80, ['list'])).out.split('\n')[0]).toMatch(/^ID +STATUS +NEXT RUN +NAME$/)
  expect((await onTerminal(service, 130, ['list'])).out.split('\n')[0]).toMatch(
    /^ID +STATUS +SCHEDULE +NEXT RUN +NAME +CALLS$/,
  )
  expect((await onTerminal(service, 80, ['list', '--search', 'nobody-has-this'])).out).toBe(
    'No tasks match; duly task create makes one.\n',
  )
})

test('prints 2,500 tasks once each, in every order, and ends quietly when the reader closes the pipe', async () => {
  for (let at = 0; at < 2_500; at += 500) {
    const tasks = Array.from({ length: 500 }, (_, index) => ({ ...farTask, name: `Many [{"\\${at + index}` }))
    expect((await ask(service, 'POST', '/tasks/bulk', { tasks })).status).toBe(201)
  }
  for (const order of [[], ['--sort', 'name'], ['--sort', '-scheduled_at']]) {
    const names = (await json(service, 'list', '--search', 'Many', ...order)).map(({ name }: { name: string }) => name)
    expect(names).toHaveLength(2_500)
    expect(new Set(names).size).toBe(2_500)
  }
  for (const limit of [1_000, 1_001])
    expect((await said(service, 'list', '--limit', String(limit))).trimEnd().split('\n')).toHaveLength(limit)
  const lines = (await said(service, 'list', '--search', 'Many')).trimEnd().split('\n')
  expect(lines).toHaveLength(2_500)
  expect(lines[0]).toContain('\tMany [{"\\2499\t')
  const first = await inShell(service, 'set -o pipefail; $DULY_TASK list | head -1')
  expect({ code: first.code, err: first.err }).toEqual({ code: 0, err: '' })
  expect(first.out).toContain('\tMany [{"\\2499\t')
})
