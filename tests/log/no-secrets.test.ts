import { afterEach, beforeEach, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeError } from '../../src/log/log.ts'
import { sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { startReplica } from '../support/replica.ts'
import { insertTask } from '../support/rows.ts'
import { clearScene, type Scene, setScene } from '../support/scene.ts'
import { Target } from '../support/target.ts'
import { parseLines } from './lines.ts'

let scene: Scene
let target: Target
beforeEach(async () => {
  scene = await setScene()
  target = new Target()
})
afterEach(async () => {
  target.stop()
  await clearScene()
})

test('at level trace the log contains no tokens, headers, payloads and responses, of successful and failed requests and calls', async () => {
  const { account } = scene
  const replica = await startReplica(account, { env: { LOG_LEVEL: 'trace' } })
  const secret = (what: string) => `geheim-${what}`
  const signedIn = { service_id: account.id, token: account.token }
  const json = { 'content-type': 'application/json' }
  const request = (headers: Record<string, string>, body?: string, path = '/tasks') =>
    fetch(`${replica.base}${path}`, { method: body === undefined ? 'GET' : 'POST', headers, ...(body ? { body } : {}) })
  const task = (fields: object) =>
    JSON.stringify({
      name: secret('name'),
      url: target.url(`/500?key=${secret('query')}`),
      method: 'POST',
      header: { Authorization: `Bearer ${secret('header')}` },
      payload: secret('payload'),
      frequency: 1,
      unit: 'hour',
      ...fields,
    })

  const statuses = [
    await request({ service_id: account.id, token: secret('wrong-token') }),
    await request({ authorization: `Basic ${btoa(`${account.id}:${secret('basic')}`)}` }),
    await request({ authorization: `Bearer ${secret('bearer')}` }),
    await request(signedIn, undefined, `/tasks?search=${secret('search')}`),
    await request(signedIn, undefined, `/${secret('path')}`),
    await request({ ...signedIn, ...json }, `{"header": {"Authorization": "${secret('broken-body')}"`),
    await request({ ...signedIn, ...json }, task({ [secret('field')]: 1 })),
    await request({ ...signedIn, ...json }, task({ header: { 'Bad\nName': secret('bad-header') } })),
    await request({ ...signedIn, ...json, 'X-Request-Id': `no id ${secret('id')}` }, task({})),
  ].map(({ status }) => status)
  expect(statuses).toEqual([401, 401, 401, 200, 404, 400, 400, 400, 201])

  const due = [
    target.url(`/500?key=${secret('due')}`),
    `http://user:${secret('userinfo')}@127.0.0.1:${target.port}/500`,
    `http://127.0.0.1:1/${secret('refused')}`,
    target.url(`/redirect?to=http://${secret('location')}:x`),
    `http://169.254.169.254/${secret('policy')}`,
  ]
  const header = sql.json({ 'X-Api-Key': secret('due-header') }) as never
  for (const url of due)
    await insertTask({ service_id: account.id, url, header, payload: secret('due-payload'), method: 'POST' })
  const failed = async () => {
    const rows = await sql`select 1 from execution where status = 'failed'`
    return rows.length >= due.length ? rows : []
  }
  await eventually(failed, 'the failed calls')

  const lines = parseLines(replica.err)
  expect(lines.filter(({ msg }) => msg === 'request').length).toBeGreaterThanOrEqual(statuses.length)
  const calls = lines.filter(({ msg }) => msg === 'a call failed')
  expect(calls).toHaveLength(due.length)
  for (const call of calls)
    expect(call).toMatchObject({ level: 20, service_id: account.id, execution_id: expect.any(String), attempt: 1 })
  expect(calls.filter(({ status_code }) => status_code === 500)).toHaveLength(1)
  expect(calls.map(({ reason }) => reason)).toContain('redirect to an address that does not parse')
  for (const said of [replica.err, replica.out]) {
    expect(said).not.toContain('geheim')
    expect(said).not.toContain(account.token)
    expect(said).not.toContain(btoa(`${account.id}:`).slice(0, 40))
  }
})

test('for a row that PostgreSQL refuses, the log has the constraint and no value of the row', async () => {
  const header = sql.json({ Authorization: 'geheim' }) as never
  const error = await insertTask({ header, payload: 'geheim', frequency: 0 }).catch((error: Error) => error)
  expect((error as { detail?: string }).detail).toContain('geheim')
  const told = JSON.stringify(describeError(error as Error))
  expect(told).not.toContain('geheim')
  expect(JSON.parse(told)).toMatchObject({ code: '23514', constraint_name: 'task_frequency_positive' })
})

test('for a value that PostgreSQL cannot parse, the log has the type and not the value', async () => {
  const error = await sql`select ${'geheim'}::text::uuid`.catch((error: Error) => error)
  expect((error as Error).message).toContain('geheim')
  const told = JSON.stringify(describeError(error as Error))
  expect(told).not.toContain('geheim')
  expect(told).toContain('invalid input syntax for type uuid')
})

test('nor does the log of the embedded PostgreSQL', async () => {
  const mark = `geheim-${Bun.randomUUIDv7()}`
  const unit = `unit-${Bun.randomUUIDv7()}`
  await sql`select ${unit}::text::integer`.catch(() => {})
  await insertTask({ payload: mark, frequency: 0 }).catch(() => {})
  const log = readFileSync(join(import.meta.dir, '../../.data/test/postgres/server.log'), 'utf8')
  const [, since = ''] = log.split(unit)
  // What went wrong is there, so that nothing is missing only because nothing is written.
  expect(since).toContain('violates check constraint "task_frequency_positive"')
  expect(since).not.toContain(mark)
})
