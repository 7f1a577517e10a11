import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { checkout, duly, endEverything } from '../support/process.ts'
import { type Service, startService } from '../support/service.ts'
import { createFarTask, said } from './task-scene.ts'

afterAll(endEverything)

let service: Service
beforeAll(async () => {
  service = await startService({ env: { SCHEDULER_ENABLED: 'false' } })
})

const profile = (...args: string[]) =>
  duly(['tls-profile', ...args], { DATA_DIR: service.dataDir, DULY_URL: service.base })
const file = (name: string) => join(checkout, 'tests/support/certificates', name)
const client = ['--certificate', file('client.crt'), '--private-key', file('client.key')]

test('set reads a profile from files, list shows when it expires, and no command prints the key', async () => {
  const all = ['internal', '--ca', file('authority.crt'), ...client]
  expect(await profile('set', ...all)).toEqual({ code: 0, out: 'Created the TLS profile internal.\n', err: '' })
  const again = await profile('set', ...all, '--json')
  expect(JSON.parse(again.out)).toMatchObject({ name: 'internal', private_key: '********' })
  const listed = await profile('list')
  expect(listed.out).toMatch(/^internal\t0\t\d{4}-\S+Z\t\d{4}-\S+Z\t.*\n$/)
  expect(again.out + listed.out + (await profile('list', '--json')).out).not.toContain('PRIVATE KEY')
})

test('a profile that a task uses cannot be deleted', async () => {
  await profile('set', 'used', '--ca', file('authority.crt'))
  const task = await createFarTask(service, { url: 'https://127.0.0.1:9/' })
  await said(service, 'update', task.id, '--tls-profile', 'used')
  expect(await profile('delete', 'used')).toMatchObject({ code: 1, err: expect.stringContaining(task.id) })
  await said(service, 'update', task.id, '--unset', 'tls_profile')
  expect(await profile('delete', 'used')).toEqual({ code: 0, out: 'Deleted the TLS profile used.\n', err: '' })
  expect(await profile('delete', 'used')).toMatchObject({
    code: 1,
    err: 'duly: There is no TLS profile used: duly tls-profile list shows them.\n',
  })
})

test('a key of another certificate, and a profile without contents, are refused', async () => {
  const other = ['--certificate', file('client.crt'), '--private-key', file('server.key')]
  expect(await profile('set', 'x', ...other)).toMatchObject({ code: 1, err: expect.stringContaining('/private_key') })
  expect(await profile('set', 'x')).toMatchObject({ code: 2, err: expect.stringContaining('Nothing says what') })
})
