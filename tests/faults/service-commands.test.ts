import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test'
import { statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { eventually } from '../support/eventually.ts'
import { duly, endEverything, endPrograms, serverOf, temporaryFolder } from '../support/process.ts'
import { ask, overdueTask, type Service, startService } from '../support/service.ts'

afterEach(endPrograms)
afterAll(endEverything)

/** One embedded database for all: to make one takes longer than a command. */
let dataDir: string
beforeAll(() => {
  dataDir = temporaryFolder()
})

/** A command that must succeed, and what it said as JSON. */
async function json(...args: string[]) {
  const { code, out, err } = await duly([...args, '--json'], { DATA_DIR: dataDir })
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return JSON.parse(out)
}

/** A command that must fail, with one sentence on stderr. */
async function refusal(args: string[], expected = 1): Promise<string> {
  const { code, out, err } = await duly(args, { DATA_DIR: dataDir })
  expect({ code, out }).toEqual({ code: expected, out: '' })
  expect(err.trim().split('\n')).toHaveLength(1)
  return err.trim()
}

const statusOf = async (service: Service, id: string, token: string) =>
  (await ask({ base: service.base, id, token }, 'GET', '/tasks')).status

test('creates, lists and deletes services without a running Duly, and stops the database server afterwards', async () => {
  const created = await json('service', 'create', 'a team 🐘')
  expect(created).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    name: 'a team 🐘',
    token: expect.any(String),
  })
  expect(await json('service', 'list')).toMatchObject([{ id: created.id, name: 'a team 🐘', tasks: 0 }])
  const text = await duly(['service', 'list'], { DATA_DIR: dataDir })
  expect(text.out).toMatch(new RegExp(`^${created.id} .* 0 tasks  a team 🐘\n$`))
  expect(text.out).not.toContain(created.token)
  expect(await json('service', 'delete', created.id)).toEqual({ id: created.id, deleted: true })
  expect(await json('service', 'list')).toEqual([])
  expect(serverOf(dataDir)).toBeUndefined()
})

test('a service created while Duly runs can sign in at once, and its token is printed once', async () => {
  const service = await startService({ dataDir })
  const { code, out } = await duly(['service', 'create', 'beside'], { DATA_DIR: dataDir })
  expect(code).toBe(0)
  const id = /Service id +(\S+)/.exec(out)?.[1] ?? ''
  const token = /Token +(\S+)/.exec(out)?.[1] ?? ''
  expect(await statusOf(service, id, token)).toBe(200)
  expect(JSON.stringify(await json('service', 'list'))).not.toContain(token)
  expect(serverOf(dataDir)).toBeDefined()
})

test('rotating the token of the first service rewrites its file, and the old token stays valid for the grace period', async () => {
  const service = await startService({ dataDir })
  const rotated = await json('service', 'rotate-token', service.id, '--grace-seconds', '60')
  expect(rotated).toEqual({ id: service.id, token: expect.any(String), grace_seconds: 60 })
  const file = join(dataDir, 'credentials.json')
  expect(await Bun.file(file).json()).toEqual({ service_id: service.id, token: rotated.token })
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(await statusOf(service, service.id, rotated.token)).toBe(200)
  expect(await statusOf(service, service.id, service.token)).toBe(200)
  await endPrograms()
  const next = await startService({ dataDir })
  expect(next.token).toBe(rotated.token)
})

test('without a grace period the old token is invalid, and rotating another service does not change the file', async () => {
  const service = await startService({ dataDir })
  const other = await json('service', 'create', 'other')
  const rotated = await json('service', 'rotate-token', other.id, '--grace-seconds', '0')
  expect(await statusOf(service, other.id, rotated.token)).toBe(200)
  expect(await statusOf(service, other.id, other.token)).toBe(401)
  expect((await Bun.file(join(dataDir, 'credentials.json')).json()).service_id).toBe(service.id)
})

test('a rotation that was killed between file and database is completed by the next start', async () => {
  const first = await startService({ dataDir })
  const token = 'duly_a-token-that-only-the-file-knows'
  await Bun.write(join(dataDir, 'credentials.json'), JSON.stringify({ service_id: first.id, token }))
  await endPrograms()
  const next = await startService({ dataDir })
  expect(next.token).toBe(token)
  expect(await statusOf(next, next.id, token)).toBe(200)
  expect(await statusOf(next, next.id, first.token)).toBe(200)
})

test('deletes a service with its tasks and a call in flight while Duly runs; the next start creates a new first service', async () => {
  const service = await startService({ dataDir })
  const called = Promise.withResolvers<void>()
  const answer = Promise.withResolvers<Response>()
  const target = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: () => {
      called.resolve()
      return answer.promise
    },
  })
  for (const url of [`${service.base}/health/live`, `${service.base}/health/live`, target.url.href])
    await ask(service, 'POST', '/tasks', overdueTask(url))
  await called.promise
  const { tasks } = (await json('service', 'list')).find((one: { id: string }) => one.id === service.id)
  expect(tasks).toBe(3)
  await json('service', 'delete', service.id.toUpperCase())
  expect(await json('service', 'list')).not.toContainEqual(expect.objectContaining({ id: service.id }))
  answer.resolve(new Response('to nobody'))
  await Bun.sleep(1_000)
  expect(await statusOf(service, service.id, service.token)).toBe(401)
  expect(await Bun.file(join(dataDir, 'credentials.json')).exists()).toBe(false)
  service.kill('SIGTERM')
  expect(await service.exited).toBe(0)
  expect(service.err).not.toContain('"level":50')
  await target.stop(true)
  const next = await startService({ dataDir })
  expect(next.id).not.toBe(service.id)
  expect((await ask(next, 'GET', '/tasks')).body).toEqual([])
})

test('a failure is one sentence and exit code 1, wrong usage is exit code 2', async () => {
  const nobody = Bun.randomUUIDv7()
  expect(await refusal(['service', 'delete', nobody])).toBe(
    `duly: There is no service ${nobody}: duly service list shows them.`,
  )
  expect(await refusal(['service', 'rotate-token', nobody])).toMatch(/^duly: There is no service/)
  expect(await refusal(['service', 'rotate-token', 'x'], 2)).toMatch(/^duly: x is not a service id: it must be a UUID/)
  expect(await refusal(['service', 'rotate-token', nobody, '--grace-seconds', '-1'], 2)).toMatch(
    /^duly: --grace-seconds is "-1", but it must be a whole number from 0 to 604800\.$/,
  )
  for (const name of ['', '   ', 'x'.repeat(201), 'two\nlines'])
    expect(await refusal(['service', 'create', name], 2)).toMatch(/^duly: The name must have 1 to 200 characters/)
  expect(serverOf(dataDir)).toBeUndefined()
})

test('the token of an operator is created, listed and deleted, and reads all services while it exists', async () => {
  const service = await startService({ dataDir })
  const token = await json('operator-token', 'create', 'on call 🐘', '--expires-in', '1h')
  expect(token).toEqual({
    id: expect.any(String),
    name: 'on call 🐘',
    expires_at: expect.any(String),
    token: expect.stringMatching(/^duly_operator_[\w-]{43}$/),
  })
  const validMs = Date.parse(token.expires_at) - Date.now()
  expect(validMs).toBeGreaterThan(3_000_000)
  expect(validMs).toBeLessThan(4_200_000)
  const statusOfServices = async () =>
    (await fetch(`${service.base}/services`, { headers: { authorization: `Bearer ${token.token}` } })).status
  expect(await statusOfServices()).toBe(200)
  expect(await statusOf(service, service.id, token.token)).toBe(200)
  expect(await refusal(['operator-token', 'create', 'on call 🐘'])).toContain('choose another name')
  const [listed] = await json('operator-token', 'list')
  const created_by = userInfo().username
  expect(listed).toMatchObject({ name: 'on call 🐘', created_by, expires_at: token.expires_at, deleted_at: null })
  expect(JSON.stringify(listed)).not.toContain(token.token)
  const text = await duly(['operator-token', 'list'], { DATA_DIR: dataDir })
  expect(text.out).toMatch(new RegExp(`^[-\\d]{10} by ${created_by}  expires .*  last used .*  on call 🐘$`, 'm'))
  expect(await json('operator-token', 'delete', 'on call 🐘')).toEqual({ name: 'on call 🐘', deleted: true })
  expect(await refusal(['operator-token', 'delete', 'on call 🐘'])).toContain('duly operator-token list')
  expect(await json('operator-token', 'list')).toEqual([])
  const { out } = await duly(['operator-token', 'list', '--deleted'], { DATA_DIR: dataDir })
  expect(out).toMatch(new RegExp(`  deleted .* by ${created_by}  on call 🐘$`, 'm'))
  await eventually(async () => (await statusOfServices()) === 401, 'the deleted token is refused')
})
