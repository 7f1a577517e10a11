import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test'
import { eventually } from '../support/eventually.ts'
import { duly, dulyCommand, endEverything, type Program, run } from '../support/process.ts'
import { ask, type Service, startService } from '../support/service.ts'
import { Target } from '../support/target.ts'
import { onTerminalOf } from '../support/terminal.ts'
import { createFarTask } from './task-scene.ts'

afterAll(endEverything)

let service: Service
let target: Target
beforeAll(async () => {
  target = new Target()
  service = await startService()
})
afterAll(() => target.stop())
const watches: Program[] = []
afterEach(() => {
  for (const program of watches.splice(0)) if (program.running) program.killGroup('SIGKILL')
})

const nobody = '01a20cff-120b-72cd-a724-203a0c00e000'
const environment = () => ({ DATA_DIR: service.dataDir, DULY_URL: service.base })
const executions = (...args: string[]) => duly(['executions', ...args], environment())
const runNow = async (id: string) => {
  const { status, body } = await ask(service, 'POST', `/tasks/${id}/executions`)
  expect({ status, code: body.code }).toEqual({ status: 202, code: undefined })
  return body.id as string
}
const read = async (task: string, id: string) => (await ask(service, 'GET', `/tasks/${task}/executions/${id}`)).body

/** Runs a task now, so many times, and waits for the end of each. Returns the ids, oldest first. */
async function ranTask(id: string, times: number): Promise<string[]> {
  const ids: string[] = []
  for (let time = 0; time < times; time++) {
    const execution = await runNow(id)
    await eventually(async () => /success|failed/.test((await read(id, execution)).status), 'the end')
    ids.push(execution)
  }
  return ids
}

/** `duly executions watch …` while it runs. */
function watching(...args: string[]): Program {
  const program = run(dulyCommand('executions', 'watch', ...args), { env: environment() })
  watches.push(program)
  return program
}

test('list prints executions newest first, get prints one, and --json what the API returns', async () => {
  const { id } = await createFarTask(service, { url: target.url('/500'), status: 'paused' })
  const [first = '', second = ''] = await ranTask(id, 2)
  const { code, out, err } = await executions('list', id)
  expect({ code, err }).toEqual({ code: 0, err: '' })
  const lines = out.trimEnd().split('\n')
  expect(lines.map((line) => line.split('\t').slice(0, 4))).toEqual([
    [id, second, 'failed', '500'],
    [id, first, 'failed', '500'],
  ])
  expect((await executions('list', id, '--limit', '1')).out).toBe(`${lines[0]}\n`)
  expect((await executions('list', id, '--status', 'success')).out).toBe('')
  expect(JSON.parse((await executions('list', id, '--limit', '1', '--json')).out)).toMatchObject([
    { id: second, task_id: id, status: 'failed', status_code: 500 },
  ])
  const shown = (await executions('get', id, first)).out
  expect(shown).toMatch(new RegExp(`^Id +${first}\nTask +${id}\nStatus +failed\nError +.*500.*\n`))
  expect(shown).toMatch(/\nAnswer +status 500\n\n(.*\n)*content-type: /)
  expect(JSON.parse((await executions('get', id, first, '--json')).out)).toEqual(await read(id, first))
})

test('list searches the executions of all tasks', async () => {
  const { id } = await createFarTask(service, {
    ...{ name: 'Found', url: target.url('/503'), status: 'paused' },
    labels: { team: 'billing', env: 'a=b' },
  })
  const other = await createFarTask(service, { url: target.url('/200'), status: 'paused' })
  const [failed = ''] = await ranTask(id, 1)
  const [good = ''] = await ranTask(other.id, 1)
  const found = async (...args: string[]) => {
    const { code, out, err } = await executions('list', ...args)
    expect({ args, code, err }).toEqual({ args, code: 0, err: '' })
    return out.split('\n').flatMap((line) => (line === '' ? [] : line.split('\t').slice(0, 2).join(' ')))
  }
  expect((await found('--limit', '2')).sort()).toEqual([`${id} ${failed}`, `${other.id} ${good}`].sort())
  for (const filter of [
    ['--status-code', '503'],
    ['--label', 'team=billing', '--label', 'env=a=b', '--label', 'team'],
    ['--text', '503', '--status', 'failed,skipped', '--since', '1h'],
    [id, '--status', 'failed', '--status', 'success', '--to', '2099-01-01T00:00:00Z'],
  ])
    expect(await found(...filter)).toEqual([`${id} ${failed}`])
  expect(await found('--text', '503', '--to', '2026-01-01T00:00:00Z')).toEqual([])
  const env = environment()
  const table = await onTerminalOf(160, dulyCommand('executions', 'list', '--status-code', '503'), env)
  expect(table.out).toMatch(new RegExp(`^ID +TASK +STATUS .*\n${failed} +Found +failed +503 `))
})

test('watch of one execution ends with it, with exit code 1 if it failed', async () => {
  const slow = await createFarTask(service, { url: target.url('/slow?ms=1500') })
  const execution = await runNow(slow.id)
  const good = watching(slow.id, execution)
  expect(await good.exited).toBe(0)
  expect(good.out).toMatch(new RegExp(`${execution} {2}success {2}status 200 {2}\\d+ ms\n$`))
  const failing = await createFarTask(service, { url: target.url('/500') })
  const [failed = ''] = await ranTask(failing.id, 1)
  const bad = watching(failing.id, failed, '--json')
  expect(await bad.exited).toBe(1)
  expect(JSON.parse(bad.out)).toMatchObject({ id: failed, status: 'failed' })
  expect(JSON.parse(bad.err)).toMatchObject({ code: 'failed' })
})

test('watch of a task prints what starts and ends, and ends with --limit or an interruption', async () => {
  const { id } = await createFarTask(service, { url: target.url('/slow?ms=1500') })
  await ranTask(id, 1)
  const limited = watching(id, '--limit', '1')
  const endless = watching(id)
  // Both have looked once: nothing that ended before is printed.
  await Bun.sleep(1_500)
  const execution = await runNow(id)
  expect(await limited.exited).toBe(0)
  expect(limited.out).toMatch(new RegExp(`^(${execution} {2}(queued|started)\n)+${execution} {2}success .*\n$`))
  await eventually(() => endless.out.includes('success'), 'the other watch')
  endless.kill('SIGINT')
  expect(await endless.exited).toBe(0)
})

test('watch of a task ends with exit code 1 when the task is deleted', async () => {
  const { id } = await createFarTask(service)
  const program = watching(id)
  await Bun.sleep(500)
  await ask(service, 'DELETE', `/tasks/${id}`)
  expect(await program.exited).toBe(1)
  expect(program.err).toMatch(new RegExp(`^duly: (Task ${id} was deleted\\.|.* has no task ${id}.*)\n$`))
})

test('run-again runs the tasks of what failed once each, after a dry run that runs nothing', async () => {
  const labels = { group: crypto.randomUUID() }
  const { id } = await createFarTask(service, { name: 'Again', url: target.url('/500'), status: 'paused', labels })
  await ranTask(id, 2)
  const filter = ['--status', 'failed', '--since', '1h', '--label', `group=${labels.group}`]
  const dry = await executions('run-again', ...filter, '--dry-run')
  expect(dry).toEqual({
    ...{ code: 0, err: '' },
    out: `Would run 1 task once, of 2 executions that match.\nwould run\t${id}\tAgain\n`,
  })
  const count = async () => (await ask(service, 'GET', `/tasks/${id}/executions`)).body.total_count
  expect(await count()).toBe(2)
  target.hold()
  const before = target.sent.length
  const key = ['--idempotency-key', 'once', '--from', '2026-01-01T00:00:00Z', '--text', '500']
  const ran = await executions('run-again', id, '--status', 'failed', '--status-code', '500', '--json', ...key)
  expect(JSON.parse(ran.out)).toMatchObject({
    executions: 2,
    left_out: [],
    tasks: [{ task_id: id, task_name: 'Again' }],
  })
  expect(await executions('run-again', id, '--status', 'failed', '--status-code', '500', '--json', ...key)).toEqual(ran)
  await target.arrived(before + 1)
  expect((await executions('run-again', ...filter)).out).toBe(
    `Queued 0 tasks once, of 2 executions that match. Left out: 1.\nleft out\t${id}\tAgain\tAn execution of it is queued or running: run it again when that has ended.\n`,
  )
  target.release()
  // A task of which an execution is running is not run.
  const failed = async () => (await ask(service, 'GET', `/tasks/${id}/executions?status=failed`)).body.total_count
  await eventually(async () => (await failed()) === 3, 'the end of the third run')
  // Its last run is well: it is not run again with what is failing.
  await ask(service, 'POST', `/tasks/${id}`, { url: target.url('/') })
  await ranTask(id, 1)
  const failing = await executions('run-again', ...filter, '--only-failing')
  expect(failing.out).toBe(
    `Queued 0 tasks once, of 3 executions that match. Left out: 1.\nleft out\t${id}\tAgain\tIt is not failing any more.\n`,
  )
  expect(await count()).toBe(4)
  expect(await executions('run-again', '--status', 'failed')).toMatchObject({
    ...{ code: 2, out: '' },
    err: expect.stringContaining('Say since when'),
  })
  expect((await executions('run-again', '--since', '1h', '--idempotency-key', 'ö')).err).toContain('visible ASCII')
})

test('stop stops waiting for a run; one that has ended is an error that says so', async () => {
  target.hold()
  const before = target.sent.length
  const { id } = await createFarTask(service, { url: target.url(), status: 'paused', retries: 3 })
  const execution = await runNow(id)
  await target.arrived(before + 1)
  expect(await executions('stop', id, execution)).toEqual({
    code: 0,
    out: `Stopping execution ${execution}. Its target may still be working on it.\n`,
    err: '',
  })
  await eventually(async () => (await read(id, execution)).status === 'failed', 'the end')
  const shown = (await executions('get', id, execution)).out
  expect(shown).toMatch(
    /\nError +stopped by a person while waiting for the answer; the target may still be working on it\n/,
  )
  expect(shown).toMatch(/\nStop +asked for at 20/)
  const second = await runNow(id)
  await target.arrived(before + 2)
  expect(JSON.parse((await executions('stop', id, second, '--json')).out)).toMatchObject({ id: second, task_id: id })
  target.release()
  expect(await executions('stop', id, execution)).toMatchObject({
    ...{ code: 1, out: '' },
    err: expect.stringMatching(/^duly: .*This execution has ended, so nothing waits for its answer any more\./),
  })
  expect(JSON.parse((await executions('stop', id, execution, '--json')).err)).toMatchObject({ code: 'execution_ended' })
})

test('unknown tasks and executions are errors, invalid ids wrong usage', async () => {
  const { id } = await createFarTask(service)
  for (const args of [
    ['list', nobody],
    ['list', id, '--status', 'asleep'],
    ['list', '--from', 'yesterday'],
    ['get', nobody, nobody],
    ['get', id, nobody],
    ['watch', nobody],
    ['watch', id, nobody],
    ['stop', nobody, nobody],
    ['stop', id, nobody],
  ])
    expect(await executions(...args)).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/^duly: /) })
  for (const args of [
    ['get', id, 'x'],
    ['get', id],
    ['list', '--since', 'yesterday'],
    ['list', '--since', '1d', '--from', '2026-01-01T00:00:00Z'],
    ['watch', id, nobody, '--limit', '1'],
    ['stop', id],
    ['stop', id, 'x'],
    ['list', id, '--limit', '0'],
  ])
    expect(await executions(...args)).toMatchObject({ code: 2, out: '' })
})
