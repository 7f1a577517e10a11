import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { duly, endEverything, temporaryFolder } from '../support/process.ts'
import { ask, type Service, startService } from '../support/service.ts'
import { Target } from '../support/target.ts'
import { createFarTask, farTask, json, refusal, said, taskCommand } from './task-scene.ts'

afterAll(endEverything)

let service: Service
let target: Target
const folder = temporaryFolder()
beforeAll(async () => {
  target = new Target()
  service = await startService()
})
afterAll(() => target.stop())

const executions = (...args: string[]) =>
  duly(['executions', ...args], { DATA_DIR: service.dataDir, DULY_URL: service.base })
const keys = async () =>
  (await ask(service, 'GET', '/tasks?sort=name')).body.map(({ key }: { key: string | null }) => key)

async function fileOf(tasks: unknown): Promise<string> {
  const file = join(folder, 'tasks.json')
  await Bun.write(file, JSON.stringify(tasks))
  return file
}

test('a key stands wherever an id does', async () => {
  const key = 'nightly/re.port-1'
  const { id } = await createFarTask(service, { key, url: target.url('/200') })
  expect((await json(service, 'get', key)).id).toBe(id)
  expect(await said(service, 'update', key, '--retries', '1', '--header', 'A: b')).toStartWith(`Updated ${id}: `)
  expect(await said(service, 'upcoming', key, '--limit', '1')).toBe('2099-01-01T00:00:00Z\n')
  expect(await json(service, 'pause', key, id)).toEqual({ status: 'paused', updated: 1, missing: [] })
  expect(await said(service, 'resume', key)).toBe('Resumed 1 task.\n')
  const ran = await json(service, 'run', key, '--wait')
  expect(ran).toMatchObject({ task_id: id, status: 'success' })
  expect(JSON.parse((await executions('list', key, '--json')).out)).toMatchObject([{ id: ran.id }])
  expect(JSON.parse((await executions('get', key, ran.id, '--json')).out)).toMatchObject({ id: ran.id })
  expect((await executions('watch', key, ran.id)).code).toBe(0)
  expect(await said(service, 'delete', '--yes', key)).toBe('Deleted 1 task.\n')
})

test('a key that no task has is an error, and does not stop the others', async () => {
  const { id } = await createFarTask(service, { key: 'there' })
  for (const command of ['get', 'update', 'upcoming', 'run'])
    expect(await refusal(service, 1, command, 'nobody', ...(command === 'update' ? ['--retries', '1'] : []))).toMatch(
      /has no task nobody: duly task list shows those it has\.$/,
    )
  for (const command of ['list', 'watch'])
    expect(await executions(command, 'nobody')).toMatchObject({
      code: 1,
      err: expect.stringContaining('no task nobody'),
    })
  const { code, out, err } = await taskCommand(service, 'pause', 'nobody', 'there', '--json')
  expect({ code, out: JSON.parse(out) }).toEqual({
    code: 1,
    out: { status: 'paused', updated: 1, missing: ['nobody'] },
  })
  expect(JSON.parse(err).message).toContain('has no task nobody')
  expect((await taskCommand(service, 'delete', '--yes', 'nobody', 'there')).code).toBe(1)
  expect((await ask(service, 'GET', `/tasks/${id}`)).status).toBe(404)
})

test('lists and the overview take labels', async () => {
  const { id } = await createFarTask(service, { labels: { team: 'labelled' } })
  expect((await json(service, 'list', '--label', 'team=labelled')).map((task: { id: string }) => task.id)).toEqual([id])
  expect(await json(service, 'list', '--label', 'team=labelled', '--label', 'other')).toEqual([])
  const env = { DATA_DIR: service.dataDir, DULY_URL: service.base }
  expect((await duly(['overview', '--label', 'team=labelled'], env)).out).toContain('1 active, 0 paused')
})

test('apply creates, changes and leaves tasks as the file says, however often it is run', async () => {
  const tasks = ['a/one', 'a/two'].map((key) => ({ ...farTask, key, name: key }))
  const actions = async (...args: string[]) => {
    const out = await said(service, 'apply', '--file', await fileOf(tasks), ...args)
    return out.split('\n').flatMap((line) => line.split(' ')[0] || [])
  }
  expect(await actions()).toEqual(['Created', 'Created'])
  expect(await actions()).toEqual(['Unchanged', 'Unchanged'])
  Object.assign(tasks[1] as object, { retries: 2 })
  expect(await actions()).toEqual(['Unchanged', 'Changed'])
  const applied = await json(service, 'apply', '--file', await fileOf(tasks[1]))
  expect(applied).toMatchObject([{ action: 'unchanged', task: { key: 'a/two', retries: 2 } }])
  expect((await keys()).filter((key: string | null) => key?.startsWith('a/'))).toEqual(['a/one', 'a/two'])
})

test('apply names the index of what is wrong, and applies the rest', async () => {
  const tasks = [
    { ...farTask, key: 'b/one' },
    { ...farTask, key: 'b/two', url: 'nowhere' },
    { ...farTask, key: 'b three' },
  ]
  const { code, out, err } = await taskCommand(service, 'apply', '--file', await fileOf(tasks), '--json')
  expect({ code, out: JSON.parse(out) }).toMatchObject({
    code: 1,
    out: [{ action: 'created', task: { key: 'b/one' } }],
  })
  const paths = JSON.parse(err).errors.map(({ path }: { path: string }) => path)
  expect(paths).toEqual(['/1/url', expect.stringMatching(/^\/2/)])
  for (const [wrong, sentence] of [
    [[farTask], /\/0 must have a key/],
    [[{ key: 'x' }, { key: 'x' }], /\/0 and \/1 have the same key/],
  ] as const)
    expect(await refusal(service, 1, 'apply', '--file', await fileOf(wrong))).toMatch(sentence)
  expect(await refusal(service, 2, 'apply')).toMatch(/Nothing says what to apply/)
})
