import { beforeEach, expect, test } from 'bun:test'
import { type Account, app, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'

let owner: Account
let id: string
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  id = (await createTask(owner)).id
})

const addresses: [path: string, allow: string][] = [
  ['/tasks', 'GET, HEAD, POST'],
  ['/tasks/', 'GET, HEAD, POST'],
  ['/tasks/bulk', 'POST'],
  ['/tasks/status', 'POST'],
  ['/tasks/:id', 'DELETE, GET, HEAD, POST, PUT'],
  ['/tasks/by-key/:taskKey', 'DELETE, GET, HEAD, POST, PUT'],
  ['/tasks/by-key/*', 'DELETE, GET, HEAD, POST, PUT'],
  ['/tasks/:id/executions', 'GET, HEAD, POST'],
  ['/tasks/:id/executions/:executionId', 'GET, HEAD'],
  ['/tasks/:id/executions/:executionId/stop', 'POST'],
  ['/executions', 'GET, HEAD'],
  ['/executions/run-again', 'POST'],
  ['/failures', 'GET, HEAD'],
  ['/tasks/:id/upcoming', 'GET, HEAD'],
  ['/tasks/:id/audit', 'GET, HEAD'],
  ['/tasks/:id/why', 'GET, HEAD'],
  ['/calendars/', 'GET, HEAD'],
  ['/calendars/:calendarName', 'DELETE, GET, HEAD, PUT'],
  ['/flows/', 'GET, HEAD'],
  ['/flows/:flowName', 'DELETE, GET, HEAD, PUT'],
  ['/tls-profiles/', 'GET, HEAD'],
  ['/tls-profiles/:profileName', 'DELETE, GET, HEAD, PUT'],
  ['/alerts/', 'GET, HEAD'],
  ['/alerts/:alertId', 'GET, HEAD'],
  ['/alerts/:alertId/mute', 'POST'],
  ['/alert-policies', 'GET, HEAD'],
  ['/alert-silences/', 'GET, HEAD, POST'],
  ['/alert-silences/:silenceId', 'DELETE, GET, HEAD'],
  ['/alert-policy', 'DELETE, GET, HEAD, PUT'],
  ['/tasks/:id/alert-policy', 'DELETE, GET, HEAD, PUT'],
  ['/labels/:label/alert-policy', 'DELETE, GET, HEAD, PUT'],
  ['/labels/:label/retention', 'DELETE, GET, HEAD, PUT'],
  ['/notifications/', 'GET, HEAD'],
  ['/notifications/:notificationId', 'GET, HEAD'],
  ['/channels/', 'GET, HEAD, POST'],
  ['/channels/:channelId', 'DELETE, GET, HEAD, POST'],
  ['/channels/:channelId/test', 'POST'],
  ['/task-sets/', 'GET, HEAD'],
  ['/task-sets/:setName', 'DELETE, GET, HEAD'],
  ['/task-sets/:setName/apply', 'POST'],
  ['/task-sets/:setName/members', 'GET, HEAD'],
  ['/task-sets/:setName/plan', 'POST'],
  ['/service/', 'GET, HEAD, PUT'],
  ['/service/retention', 'GET, HEAD, PUT'],
  ['/services', 'GET, HEAD'],
  ['/signing-keys/', 'GET, HEAD, POST'],
  ['/signing-keys/:keyId', 'DELETE'],
  ['/secrets/', 'GET, HEAD'],
  ['/secrets/:secretName', 'DELETE, PUT'],
  ['/tasks/:id/judge', 'POST'],
  ['/token/', 'GET, HEAD'],
  ['/tokens/', 'GET, HEAD, POST'],
  ['/tokens/:tokenId', 'DELETE, GET, HEAD'],
  ['/schedule/preview', 'POST'],
  ['/outages', 'GET, HEAD'],
  ['/overview', 'GET, HEAD'],
  ['/overview/failing', 'GET, HEAD'],
  ['/overview/upcoming', 'GET, HEAD'],
  ['/overview/spread', 'POST'],
  ['/overview/move', 'POST'],
  ['/audit', 'GET, HEAD'],
  ['/health/live', 'GET, HEAD'],
  ['/health/ready', 'GET, HEAD'],
  ['/metrics', 'GET, HEAD'],
  ['/swagger/json', 'GET, HEAD'],
  ['/app.js', 'GET, HEAD'],
  ['/style.css', 'GET, HEAD'],
  ['/', 'GET, HEAD'],
]

test('this list has every route that is not a file', () => {
  const paths = new Set(addresses.map(([path]) => path.replace(':id', ':taskId')))
  const missing = app.routes.map(({ path }) => path).filter((path) => path !== '' && !paths.has(path))
  expect(missing.filter((path) => !/\.(html|css|svg|woff2|txt|js|png|ico)$|^\/(swagger|app-)/.test(path))).toEqual([])
})

test.each(addresses)('%s responds 405 with Allow to every other method', async (path, allow) => {
  const taken = allow.split(', ')
  for (const method of ['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND']) {
    if (taken.includes(method)) continue
    const response = await app.fetch(
      new Request(`http://localhost${path.replace(':id', id)}`, {
        method,
        headers: { service_id: owner.id, token: owner.token },
      }),
    )
    expect([method, response.status, response.headers.get('allow')]).toEqual([method, 405, allow])
  }
})

test('HEAD has the headers of GET and no body, and does not read the list', async () => {
  for (const path of [
    '/tasks',
    '/tasks?count=10',
    '/tasks?sort=name',
    `/tasks/${id}`,
    `/tasks/${id}/executions`,
    '/audit',
    '/overview',
    '/metrics',
    '/health/live',
    '/swagger/json',
    '/',
    '/app.js',
  ]) {
    const ask = (method: string) =>
      app.fetch(
        new Request(`http://localhost${path}`, { method, headers: { service_id: owner.id, token: owner.token } }),
      )
    const [head, get] = [await ask('HEAD'), await ask('GET')]
    expect([path, head.status, await head.text()]).toEqual([path, 200, ''])
    // The ETag of these is a hash of the body, which HEAD does not read.
    const etag = /tasks(\?|$)|executions$|audit$|overview$/.test(path) ? [] : ['etag']
    const shown = ({ headers }: Response) =>
      ['content-type', 'x-total-count', ...etag, 'cache-control', 'content-security-policy', 'vary'].map((name) =>
        headers.get(name),
      )
    expect([path, ...shown(head)]).toEqual([path, ...shown(get)])
  }
})

test('HEAD of the list reads no task', async () => {
  await sql`
    insert into task (service_id, id, name, url, method, payload, frequency, unit, scheduled_at)
    select ${owner.id}, gen_random_uuid(), 'n' || n, 'http://127.0.0.1:9/', 'POST', repeat('x', 1000), 1, 'hour', '2999-01-01T00:00:00Z'
    from generate_series(1, 3000) n`
  const { headers } = await send(owner, 'HEAD', '/tasks?count=1000')
  expect(headers.get('x-total-count')).toBe('3001')
  expect((await send(owner, 'HEAD', `/tasks/${crypto.randomUUID()}/executions`)).status).toBe(404)
})

test('HEAD has no other Content-Length than GET', async () => {
  const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: (request) => app.fetch(request) })
  try {
    for (const path of [
      '/tasks',
      '/tasks?count=1',
      `/tasks/${id}`,
      `/tasks/${id}/executions`,
      '/audit',
      '/',
      '/app.js',
    ]) {
      const ask = (method: string) =>
        fetch(new URL(path, server.url), {
          method,
          headers: { service_id: owner.id, token: owner.token, 'accept-encoding': 'identity' },
        })
      const [head, get] = [await ask('HEAD'), await ask('GET')]
      const length = String((await get.arrayBuffer()).byteLength)
      expect([path, head.headers.get('content-length') ?? length]).toEqual([path, length])
    }
  } finally {
    await server.stop(true)
  }
})
