import { afterAll, beforeAll, expect, test } from 'bun:test'
import { eventually } from '../support/eventually.ts'
import { endEverything } from '../support/process.ts'
import { expectWithin, promised } from '../support/promised.ts'
import { ask, type Service, startService } from '../support/service.ts'
import { Target } from '../support/target.ts'
import { createFarTask, farTask, json, onTerminal, refusal, said, taskCommand } from './task-scene.ts'

afterAll(endEverything)

let service: Service
const target = new Target()
beforeAll(async () => {
  service = await startService()
})
afterAll(() => target.stop())

const nobody = '01a20cff-120b-72cd-a724-203a0c00e000'
const noTask = `has no task ${nobody}: duly task list shows those it has.`
const statusOf = async (id: string) => (await ask(service, 'GET', `/tasks/${id}`)).body.status

test('get prints a task, and with --json what the API returns', async () => {
  const fields = { header: { Authorization: 'Bearer x' }, payload: 'one\ntwo\u001b[2J', retries: 2, timeout_seconds: 9 }
  const task = await createFarTask(service, { ...fields, method: 'POST' })
  const text = await said(service, 'get', task.id.toUpperCase())
  for (const line of [
    `Id        ${task.id}`,
    'Calls     POST http://127.0.0.1:9/',
    'Schedule  every hour',
    'Next run  2099-01-01T00:00:00Z',
    'Timeout   9 s',
    'Retries   2',
    'Header    Authorization: ********',
    'Payload   one\n          two\\x1b[2J',
  ])
    expect(text).toContain(`${line}\n`)
  expect(await json(service, 'get', task.id)).toEqual(task)
  expect(text).not.toContain('Expect')
  await said(service, 'update', task.id, '--expect', '{"status":["2xx",304]}', '--late-limit-seconds', '60')
  const further = await said(service, 'get', task.id)
  expect(further).toContain('\nExpect    {"status":["2xx",304]}\n')
  expect(further).toContain('\nLate limit seconds  60\n')
  expect(await refusal(service, 1, 'get', nobody)).toEndWith(noTask)
})

test('pause and resume change one or many tasks, and an unknown id is an error that does not stop the others', async () => {
  const [one, two] = [await createFarTask(service), await createFarTask(service)]
  expect(await said(service, 'pause', one.id)).toBe('Paused 1 task.\n')
  expect(await json(service, 'pause', one.id, two.id, two.id)).toEqual({ status: 'paused', updated: 2, missing: [] })
  expect([await statusOf(one.id), await statusOf(two.id)]).toEqual(['paused', 'paused'])
  const { code, out, err } = await taskCommand(service, 'resume', one.id, nobody, two.id)
  expect({ code, out }).toEqual({ code: 1, out: 'Resumed 2 tasks.\n' })
  expect(err.trim()).toEndWith(noTask)
  expect([await statusOf(one.id), await statusOf(two.id)]).toEqual(['active', 'active'])
})

test('pause --until takes a duration or a time, and --all and --flow the tasks of the service and of a flow', async () => {
  const [one, two] = [await createFarTask(service), await createFarTask(service)]
  const endOf = async (id: string) => (await ask(service, 'GET', `/tasks/${id}`)).body.paused_until
  expect(await said(service, 'pause', one.id, '--until', '2190-01-01T09:00:00+01:00')).toBe(
    'Paused 1 task until 2190-01-01T08:00:00Z.\n',
  )
  expect(await endOf(one.id)).toBe('2190-01-01T08:00:00Z')
  const { until, ...rest } = await json(service, 'pause', one.id, '--until', '2h')
  expect(rest).toEqual({ status: 'paused', updated: 1, missing: [] })
  expect(Math.abs(Date.parse(until) - Date.now() - 7_200_000)).toBeLessThan(60_000)
  expect(Date.parse(await endOf(one.id))).toBe(Date.parse(until))
  await ask(service, 'PUT', '/flows/partner', { concurrency: 1 })
  await ask(service, 'POST', `/tasks/${two.id}`, { flow: 'partner' })
  expect(await said(service, 'pause', '--flow', 'partner')).toBe('Paused 1 task.\n')
  expect([await statusOf(two.id), await endOf(two.id)]).toEqual(['paused', null])
  expect((await json(service, 'resume', '--all')).updated).toBeGreaterThanOrEqual(2)
  expect([await statusOf(one.id), await statusOf(two.id)]).toEqual(['active', 'active'])
  expect(await said(service, 'resume', '--all')).toBe('Resumed 0 tasks.\n')
  expect(await refusal(service, 1, 'pause', '--flow', 'nobody')).toContain('nobody is none')
  expect(await refusal(service, 2, 'pause', one.id, '--all')).toContain('cannot stand together')
  expect(await refusal(service, 2, 'resume')).toContain('Say which tasks to resume')
  expect(await refusal(service, 2, 'pause', one.id, '--until', 'tomorrow')).toContain('must be a duration, such as 2h')
  expect(await refusal(service, 1, 'pause', one.id, '--until', '2020-01-01T00:00:00Z')).toContain(
    'must be in the future',
  )
  expect(await statusOf(one.id)).toBe('active')
})

test('a service resumes a task by itself when the time comes until which it was paused', async () => {
  const task = await createFarTask(service)
  await said(service, 'pause', task.id, '--until', '1s')
  await eventually(async () => (await statusOf(task.id)) === 'active', 'the task is active', promised(3_000))
  const { body } = await ask(service, 'GET', `/tasks/${task.id}/audit?limit=5`)
  expect(body.records.map(({ actor }: { actor: string }) => actor)).toEqual(['server', 'token', 'token'])
})

test('1,200 tasks are paused at once, and deleted at once', async () => {
  const ids: string[] = []
  for (const count of [1_000, 200]) {
    const { body } = await ask(service, 'POST', '/tasks/bulk', { tasks: Array(count).fill(farTask) })
    ids.push(...body.tasks.map(({ id }: { id: string }) => id))
  }
  expect(await json(service, 'pause', ...ids)).toEqual({ status: 'paused', updated: 1_200, missing: [] })
  expect((await ask(service, 'GET', '/tasks?status=paused')).body).toHaveLength(1_200)
  expect(await said(service, 'delete', '--yes', ...ids)).toBe('Deleted 1200 tasks.\n')
  expect((await ask(service, 'GET', '/tasks?status=paused')).body).toEqual([])
})

test('delete asks on a terminal, and only yes deletes', async () => {
  const task = await createFarTask(service)
  for (const typed of ['n\r', '\r', 'yess\r', '\u0004']) {
    const { code, out } = await onTerminal(service, 100, ['delete', task.id], typed)
    expect(out).toContain(`Delete task ${task.id} with its executions? [y/N]`)
    expect(out).toContain('duly: Nothing was deleted.')
    expect(code).toBe(1)
  }
  expect(await statusOf(task.id)).toBe('active')
  const { code, out } = await onTerminal(service, 100, ['delete', task.id], 'y\r')
  expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('Deleted 1 task.\n') })
  expect(await statusOf(task.id)).toBeUndefined()
})

test('delete without a terminal needs --yes, and an unknown id is an error that does not stop the others', async () => {
  const task = await createFarTask(service)
  expect(await refusal(service, 2, 'delete', task.id)).toBe(
    'duly: There is no terminal to ask on: pass --yes to delete without being asked.',
  )
  expect(await statusOf(task.id)).toBe('active')
  const { code, out, err } = await taskCommand(service, 'delete', '--yes', '--json', nobody, task.id)
  expect({ code, out: JSON.parse(out) }).toEqual({ code: 1, out: { deleted: [task.id], missing: [nobody] } })
  expect(JSON.parse(err).message).toEndWith(noTask)
  expect(await statusOf(task.id)).toBeUndefined()
})

test('run queues an execution, and with --wait prints its result', async () => {
  const task = await createFarTask(service, { url: target.url('/200'), status: 'paused' })
  expect(await said(service, 'run', task.id, '--wait')).toMatch(
    /^[0-9a-f-]{36} {2}success {2}status 200 {2}\d+ ms\nok\n$/,
  )
  expect(await json(service, 'run', task.id, '--wait')).toMatchObject({
    task_id: task.id,
    status: 'success',
    response: 'ok',
  })
  expect(await said(service, 'run', task.id)).toMatch(/^Queued execution [0-9a-f-]{36}\.\n$/)
  expect(await refusal(service, 1, 'run', nobody, '--wait')).toEndWith(noTask)
})

test('run --wait is exit code 1 when the execution failed', async () => {
  const task = await createFarTask(service, { url: target.url('/500') })
  const { code, out, err } = await taskCommand(service, 'run', task.id, '--wait', '--json')
  expect(code).toBe(1)
  const execution = JSON.parse(out)
  expect(execution).toMatchObject({ status: 'failed', status_code: 500 })
  expect(JSON.parse(err)).toEqual({
    message: `The execution ${execution.id} has failed: ${execution.error}.`,
    code: 'failed',
    errors: [],
  })
})

test('run --wait waits for --timeout at most, and a second run meanwhile is refused', async () => {
  const task = await createFarTask(service, { url: target.url('/slow?ms=20000') })
  const started = performance.now()
  expect(await refusal(service, 1, 'run', task.id, '--wait', '--timeout', '1')).toMatch(
    /^duly: Execution [0-9a-f-]{36} is (started|queued) and has not ended within 1 s\. It goes on/,
  )
  expectWithin(3_500, started)
  expect(await refusal(service, 1, 'run', task.id)).toMatch(/^duly: An execution of this task is queued or running/)
  expect(await refusal(service, 2, 'run', task.id, '--timeout', '0')).toMatch(/^duly: --timeout is "0", but/)
})

test('an invalid id is refused before any request', async () => {
  for (const command of ['get', 'pause', 'resume', 'run', 'delete'])
    expect(await refusal(service, 2, command, 'x\u001b[2J/../')).toBe(
      'duly: x\\x1b[2J/../ is neither the id nor the key of a task: an id is a UUID, as duly task list shows it, and a key has a to z, digits and . _ / - only.',
    )
})
