import { afterAll, expect, test } from 'bun:test'
import { createServer, type Server, type Socket } from 'node:net'
import { connect } from '../../src/database/connect.ts'
import { countPending } from '../../src/database/migrations.ts'
import { farTask } from '../support/app.ts'
import { createTestApp } from '../support/create-test-app.ts'
import { expectWithin } from '../support/promised.ts'
import { freePort } from '../support/service.ts'

const open: Socket[] = []
const listening = async (server: Server) => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as { port: number }).port
}

/** A port that takes every connection and never says a word. */
const silentServer = createServer((socket) => open.push(socket))
const silentPort = await listening(silentServer)

const appOf = async (port: number) => {
  const url = `postgres://duly:x@127.0.0.1:${port}/duly?sslmode=disable`
  const sql = connect(url, { max: 4, statementTimeoutSeconds: 10, name: 'duly test away' })
  const readiness = { pendingMigrations: () => countPending(sql) }
  return { sql, ...(await createTestApp({ sql, readiness })) }
}
const apps = { 'refuses connections': await appOf(freePort()), 'never answers': await appOf(silentPort) }

afterAll(async () => {
  await Promise.all(Object.values(apps).map(({ sql }) => sql.end({ timeout: 0 })))
  for (const socket of open) socket.destroy()
  silentServer.close()
})

const id = crypto.randomUUID()
const requests: readonly (readonly [method: string, path: string, body?: object])[] = [
  ['GET', '/tasks'],
  ['GET', '/tasks?count=10'],
  ['POST', '/tasks', farTask],
  ['GET', `/tasks/${id}`],
  ['POST', `/tasks/${id}`, { name: 'x' }],
  ['PUT', `/tasks/${id}`, farTask],
  ['DELETE', `/tasks/${id}`],
  ['GET', `/tasks/${id}/executions`],
  ['GET', '/health/ready'],
]

for (const [how, app] of Object.entries(apps)) {
  const ask = (method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
    app.fetch(
      new Request(`http://localhost${path}`, {
        method,
        headers: { service_id: id, token: 'x'.repeat(20), 'content-type': 'application/json', ...headers },
        body: body && JSON.stringify(body),
      }),
    )

  test(`a database that ${how} is a 503 within 5 s on every route`, async () => {
    const start = performance.now()
    const answers = await Promise.all(requests.map((request) => ask(...request)))
    expectWithin(5000, start)
    for (const [index, answer] of answers.entries()) {
      expect([requests[index], answer.status]).toEqual([requests[index], 503])
      expect(answer.headers.get('retry-after')).toBe('1')
      expect(answer.headers.get('cache-control')).toBe('no-store')
      expect(Object.keys((await answer.json()) as object)).toEqual(['message', 'code'])
    }
  })

  test(`a database that ${how} does not affect routes that need none`, async () => {
    const statuses = await Promise.all([
      ask('GET', '/health/live'),
      ask('GET', '/swagger/json'),
      ask('GET', '/nowhere'),
      ask('PATCH', '/tasks'),
      ask('GET', '/tasks', undefined, { service_id: 'malformed' }),
    ])
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 404, 405, 401])
  })
}
