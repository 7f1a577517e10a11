import { afterAll, beforeAll, expect, test } from 'bun:test'
import { duly, endEverything } from '../support/process.ts'
import { ask, type Service, startService } from '../support/service.ts'

afterAll(endEverything)

let service: Service
beforeAll(async () => {
  service = await startService({ env: { SCHEDULER_ENABLED: 'false' } })
})

const token = (...args: string[]) => duly(['token', ...args], { DATA_DIR: service.dataDir, DULY_URL: service.base })
const statusWith = async (text: string, method: string, path: string, body?: unknown) =>
  (await ask({ ...service, token: text }, method, path, body)).status

test('create prints a token once, with its scopes and expiry, and delete ends it', async () => {
  const { code, out, err } = await token('create', 'ci', '--scope', 'read,run', '--expires-in', '90d')
  expect({ code, err }).toEqual({ code: 0, err: '' })
  const [, until = '', text = ''] =
    /^Created ci with read, run, until (\S+)\.\n {2}Token {2}(\S+)\nThe token/.exec(out) ?? []
  expect((Date.parse(until) - Date.now()) / 86_400_000).toBeCloseTo(90, 1)
  expect(await statusWith(text, 'GET', '/tasks')).toBe(200)
  expect(await statusWith(text, 'POST', '/tasks', {})).toBe(403)
  const listed = await token('list')
  expect(listed.out).toMatch(/^[0-9a-f-]{36}\tci\tread,run\t\S+\t[\d-]+\n$/)
  expect(listed.out).not.toContain(text)
  expect(await token('delete', 'ci')).toEqual({ code: 0, out: 'Deleted the token ci.\n', err: '' })
  expect(await token('list')).toEqual({ code: 0, out: '', err: '' })
  expect(await token('delete', 'ci')).toMatchObject({
    code: 1,
    err: 'duly: There is no token ci: duly token list shows them.\n',
  })
})

test('without options a token has all scopes and no expiry, and the client can use it', async () => {
  const { out } = await token('create', 'all', '--json')
  const created = JSON.parse(out)
  expect(created).toMatchObject({ name: 'all', scopes: ['read', 'write', 'run'], expires_at: null })
  const env = { DULY_URL: service.base, SERVICE_TOKEN: created.token, DATA_DIR: '/nonexistent' }
  expect(await duly(['task', 'list'], env)).toEqual({ code: 0, out: '', err: '' })
  expect(JSON.parse((await duly(['token', 'list', '--json'], env)).out)).toMatchObject([
    { id: created.id, name: 'all' },
  ])
  expect(JSON.parse((await token('delete', created.id, '--json')).out)).toEqual({ id: created.id, deleted: true })
})

test('wrong scopes, names and times are refused', async () => {
  expect((await token('create', 'x', '--scope', 'admin')).code).toBe(1)
  expect(await token('create', 'x', '--expires-at', '2020-01-01T00:00:00Z')).toMatchObject({
    code: 1,
    err: expect.stringContaining('/expires_at'),
  })
  for (const args of [
    ['create', 'x', '--expires-in', '90'],
    ['create', 'x', '--expires-in', '0d'],
    ['create', 'x', '--expires-in', '1d', '--expires-at', '2099-01-01T00:00:00Z'],
    ['create'],
  ])
    expect(await token(...args)).toMatchObject({ code: 2, out: '' })
})
