import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from '../support/eventually.ts'
import { duly, endEverything, endPrograms, temporaryFolder } from '../support/process.ts'
import { ask, launchService, startService } from '../support/service.ts'
import { Target } from '../support/target.ts'

let dataDir: string
let target: Target
beforeAll(() => {
  dataDir = temporaryFolder()
  target = new Target()
})
afterEach(endPrograms)
afterAll(() => {
  target.stop()
  return endEverything()
})

async function json(...args: string[]) {
  const { code, out, err } = await duly([...args, '--json'], { DATA_DIR: dataDir })
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return JSON.parse(out)
}

const keyFile = () => join(dataDir, 'secret-keys.json')
const keysIn = () => JSON.parse(readFileSync(keyFile(), 'utf8')).keys as string[]

test('embedded mode creates a key at the first start, for this user only, and keeps it', async () => {
  const service = await startService({ dataDir })
  expect(statSync(keyFile()).mode & 0o777).toBe(0o600)
  expect(keysIn()).toEqual([expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/)])
  expect(service.out + service.err).not.toContain(keysIn()[0] as string)
  const before = readFileSync(keyFile(), 'utf8')
  service.kill('SIGTERM')
  await service.exited
  await startService({ dataDir })
  expect(readFileSync(keyFile(), 'utf8')).toBe(before)
})

test('the key can be rotated while a service runs, which goes on sending and storing secret headers', async () => {
  const service = await startService({ dataDir })
  const create = async (secret: string) => {
    const header = { Authorization: `Bearer ${secret}` }
    const task = { name: secret, url: target.url('/200'), method: 'GET', frequency: 1, unit: 'day', header }
    return (await ask(service, 'POST', '/tasks', task)).body.id
  }
  const before = await create('geheim-before')
  const [{ id: old }] = await json('secrets', 'list')
  const rotated = await json('secrets', 'rotate')
  expect(rotated).toEqual({ key_id: expect.stringMatching(/^[0-9a-f]{8}$/), tasks: 1, others: 0 })
  const after = await create('geheim-after')
  expect(await json('secrets', 'list')).toEqual([
    { id: rotated.key_id, role: 'current', tasks: 2, others: 0 },
    { id: old, role: 'old', tasks: 0, others: 0 },
  ])
  for (const id of [before, after]) await ask(service, 'POST', `/tasks/${id}/executions`)
  await eventually(() => target.sent.length === 2, 'both calls')
  expect(target.sent.map(({ headers }) => headers.get('authorization')).sort()).toEqual([
    'Bearer geheim-after',
    'Bearer geheim-before',
  ])
  // The next rotation lets the first key go.
  await json('secrets', 'rotate')
  expect(await json('secrets', 'list')).toMatchObject([
    { role: 'current', tasks: 2 },
    { id: rotated.key_id, role: 'old' },
  ])
})

test('a start and a rotation without the key of stored headers report it', async () => {
  const kept = readFileSync(keyFile(), 'utf8')
  const [{ id }] = await json('secrets', 'list')
  writeFileSync(keyFile(), JSON.stringify({ keys: [Buffer.alloc(32, 7).toString('base64')] }))
  const service = await startService({ dataDir })
  await eventually(
    () => service.err.includes(id) && service.err.includes('cannot be called'),
    () => service.err,
  )
  const { code, err } = await duly(['secrets', 'rotate'], { DATA_DIR: dataDir })
  expect([code, err]).toEqual([
    1,
    expect.stringMatching(
      new RegExp(
        `^duly: 2 tasks and other secrets are encrypted with keys that are missing \\(${id}\\): .*SECRET_KEY_OLD`,
      ),
    ),
  ])
  writeFileSync(keyFile(), kept)
})

test('a broken file of keys stops the start with one sentence that quotes nothing of it', async () => {
  const kept = readFileSync(keyFile(), 'utf8')
  writeFileSync(keyFile(), '{"keys": ["geheim"]}')
  const { program } = launchService({ dataDir })
  expect(await program.exited).toBe(1)
  expect(program.err).toMatch(/^duly: .*secret-keys\.json does not hold /m)
  expect(program.err).not.toContain('geheim')
  writeFileSync(keyFile(), kept)
})

test('SECRET_KEY overrides the keys in DATA_DIR, which still decrypt what they encrypted', async () => {
  const SECRET_KEY = Buffer.alloc(32, 9).toString('hex')
  const { out } = await duly(['secrets', 'list', '--json'], { DATA_DIR: dataDir, SECRET_KEY })
  const [current, ...kept] = JSON.parse(out)
  expect([current, kept.map(({ role }: { role: string }) => role)]).toEqual([
    { id: expect.any(String), role: 'current', tasks: 0, others: 0 },
    ['old', 'old'],
  ])
  const rotated = await duly(['secrets', 'rotate'], { DATA_DIR: dataDir, SECRET_KEY })
  expect([rotated.code, rotated.out]).toEqual([
    0,
    `Encrypted the secret headers of 2 tasks and 0 other secrets with the current key, ${current.id}.\n`,
  ])
})
