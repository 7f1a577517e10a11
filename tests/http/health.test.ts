import { expect, test } from 'bun:test'
import type { Readiness } from '../../src/http/health.ts'
import { send } from '../support/app.ts'
import { createTestApp } from '../support/create-test-app.ts'

/** The answer of /health/ready in this state, over the migrated test database. */
async function ready(state: Partial<Readiness>) {
  const app = await createTestApp({ readiness: state })
  const response = await app.fetch(new Request('http://localhost/health/ready'))
  return { status: response.status, headers: response.headers, body: (await response.json()) as { message?: string } }
}

test('live: 200 while the process runs, with any query and without credentials', async () => {
  for (const query of ['', '?probe=1', '?%ff']) {
    const { status, body, headers } = await send(undefined, 'GET', `/health/live${query}`)
    expect([status, body, headers.get('cache-control')]).toEqual([200, { status: 'live' }, 'no-store'])
  }
  expect((await send(undefined, 'HEAD', '/health/live')).status).toBe(200)
})

test('ready: the database answers and has all migrations', async () => {
  const { status, body, headers } = await send(undefined, 'GET', '/health/ready')
  expect([status, body, headers.get('cache-control')]).toEqual([200, { status: 'ready' }, 'no-store'])
})

test('not ready while migrations are missing, with what to do', async () => {
  const { status, headers, body } = await ready({ pendingMigrations: async () => 2 })
  expect([status, headers.get('retry-after')]).toEqual([503, '1'])
  expect(body.message).toContain('bun run duly migrate')
})

test('ready while the last pass is recent, not ready when it is too old', async () => {
  expect((await ready({ lastPass: () => ({ ageSeconds: 700, limitSeconds: 700 }) })).status).toBe(200)
  const { status, body } = await ready({ lastPass: () => ({ ageSeconds: 701, limitSeconds: 700 }) })
  expect(status).toBe(503)
  expect(body.message).toContain('701 s ago')
})

test('not ready when the database does not answer, without details', async () => {
  const { status, body } = await ready({ pendingMigrations: () => Promise.reject(new Error('secret host name')) })
  expect(status).toBe(503)
  expect(JSON.stringify(body)).not.toContain('secret')
})

test('not ready while the process starts and until its first pass has ended', async () => {
  const { status, body } = await ready({ starting: () => 'The first service is not made yet.' })
  expect([status, body.message]).toEqual([503, 'The first service is not made yet.'])
  expect((await ready({ awaitsFirstPass: () => true })).body.message).toContain('first pass')
  expect((await ready({ awaitsFirstPass: () => false, starting: () => undefined })).status).toBe(200)
})
