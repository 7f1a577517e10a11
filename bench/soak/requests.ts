import type { Client } from './client.ts'

/** @param n how often this operation was done before. Requests vary by it, in the same way in every soak. */
export type Operation = (client: Client, n: number) => Promise<unknown>

/** Maximum number of tasks that the load creates for its own use; the oldest are deleted first. */
const ownAtMost = 300
const own: { id: string; service: string; etag: string }[] = []
const bulkSize = 50
const farAhead = '2099-01-01T00:00:00Z'
const target = 'http://127.0.0.1:9/'
const mebibyte = 1_048_576
const files = [
  '/',
  '/app.js',
  '/base.css',
  '/task.css',
  '/icon.svg',
  '/jetbrains-mono.woff2',
  '/swagger',
  '/swagger/json',
]
const bodies: readonly [body: string, type: string, status: number][] = [
  ['{"name": "no url", "method": "GET"}', 'application/json', 400],
  ['{"name": "misspelt", "url": "http://127.0.0.1:9/", "method": "GET", "frequenzy": 1}', 'application/json', 400],
  ['{"name": ', 'application/json', 400],
  ['', 'application/json', 400],
  ['name=form', 'application/x-www-form-urlencoded', 415],
  [
    '{"name": "metadata", "url": "http://169.254.169.254/", "method": "GET", "frequency": 1, "unit": "day"}',
    'application/json',
    400,
  ],
  [`{"name": "large", "payload": "${'x'.repeat(mebibyte)}"}`, 'application/json', 413],
]

const create: Operation = async (client, n) => {
  const { service } = client.pick(n)
  const once = n % 3 === 0
  const answer = await client.ask('/tasks', service, {
    method: 'POST',
    headers: n % 5 === 0 ? { 'idempotency-key': `soak-${n}` } : {},
    body: {
      name: `own ${n}`,
      url: target,
      method: n % 2 === 0 ? 'post' : 'GET',
      header: { Accept: 'application/json', Authorization: `Bearer soak-${n}` },
      payload: JSON.stringify({ n, text: 'x'.repeat(n % 2_000) }),
      ...(once ? { scheduled_at: new Date().toISOString() } : { frequency: 1 + (n % 5), unit: 'hour' }),
    },
    status: [201],
  })
  if (answer) own.push({ id: JSON.parse(answer.text).id, service, etag: answer.headers.get('etag') ?? '' })
}

const remove: Operation = async (client) => {
  for (const { id, service } of own.splice(0, Math.max(0, own.length - ownAtMost)))
    await client.ask(`/tasks/${id}`, service, { method: 'DELETE', status: [204] })
}

const update: Operation = async (client, n) => {
  const task = own[n % Math.max(own.length, 1)]
  if (!task) return
  const stale = n % 4 === 0
  const answer = await client.ask(`/tasks/${task.id}`, task.service, {
    method: 'POST',
    headers: stale ? { 'if-match': '"0"' } : n % 4 === 1 ? { 'if-match': task.etag } : {},
    body: {
      name: `renamed ${n}`,
      ...(n % 2 === 0 ? { scheduled_at: farAhead } : {}),
      ...(n % 3 === 0 ? { header: { Authorization: `Bearer soak-new-${n}` } } : {}),
    },
    // Deleted, or changed by another of these operations meanwhile.
    status: stale ? [412, 404] : [200, 404, 412],
  })
  const etag = answer?.headers.get('etag')
  if (etag) task.etag = etag
}

const replace: Operation = async (client, n) => {
  const task = own[n % Math.max(own.length, 1)]
  if (!task) return
  const body = { name: `replaced ${n}`, url: target, method: 'PUT', cron: '0 8 * * 1-5', time_zone: 'Europe/Berlin' }
  await client.ask(`/tasks/${task.id}`, task.service, { method: 'PUT', body, status: [200, 404] })
}

const bulk: Operation = async (client, n) => {
  const { service } = client.pick(n)
  const tasks = Array.from({ length: bulkSize }, (_, n) => ({
    name: `bulk ${n}`,
    url: target,
    method: 'GET',
    frequency: 1,
    unit: 'week',
  }))
  const made = await client.ask('/tasks/bulk', service, { method: 'POST', body: { tasks }, status: [201] })
  if (!made) return
  const ids = (JSON.parse(made.text).tasks as { id: string }[]).map(({ id }) => id)
  for (const status of ['paused', 'active', 'disabled'])
    await client.ask('/tasks/status', service, { method: 'POST', body: { ids, status } })
  for (const id of ids) own.push({ id, service, etag: '"1"' })
}

const refusedBulk: Operation = (client, n) =>
  client.ask('/tasks/bulk', client.pick(n).service, {
    method: 'POST',
    body: { tasks: Array.from({ length: bulkSize }, (_, n) => ({ name: `n ${n}`, url: 'ftp://x', method: 'GET' })) },
    status: [400],
  })

const list: Operation = async (client, n) => {
  const { service, tasks } = client.pick(n)
  const answer = await client.ask('/tasks', service)
  const count = answer ? (JSON.parse(answer.text) as unknown[]).length : tasks
  if (count < tasks) client.note(`GET /tasks gave ${count} of ${tasks} tasks and more`)
}

/** Reads the beginning of the list of all tasks, waits, and aborts the request. */
const leaveList: Operation = async (client, n) => {
  const away = new AbortController()
  const response = await client.send('/tasks', client.pick(n).service, { signal: away.signal, keepalive: false })
  const reader = response.body?.getReader()
  await reader?.read()
  await Bun.sleep(n % 500)
  away.abort()
  await reader?.read().catch(() => {})
}

const page: Operation = (client, n) => {
  const { service } = client.pick(n)
  const queries = [
    'count=50',
    'count=50&include=recent',
    'search=redirect&count=20',
    'status=active&sort=-name&count=20',
  ]
  return client.ask(`/tasks?pageNumber=${Math.floor(n / queries.length) % 8}&${queries[n % queries.length]}`, service)
}

const refused: Operation = (client, n) => {
  const [body, type, status] = bodies[n % bodies.length] as (typeof bodies)[number]
  return client.ask('/tasks', client.pick(n).service, {
    method: 'POST',
    headers: { 'content-type': type },
    body,
    status: [status],
  })
}

const wrongCredentials: Operation = (client, n) => {
  const { service, id } = client.pick(n)
  const ways: readonly Record<string, string>[] = [
    { service_id: service, token: `wrong-${n}` },
    { service_id: Bun.randomUUIDv7(), token: 'bench-token' },
    { authorization: `Basic ${btoa(`${service}:wrong-${n}`)}` },
    {},
  ]
  return client.ask(`/tasks/${id}`, undefined, { headers: ways[n % ways.length], status: [401, 429] })
}

const wrongPath: Operation = (client, n) => {
  const { service, id } = client.pick(n)
  if (n % 3 === 0) return client.ask(`/tasks/${Bun.randomUUIDv7()}`, service, { status: [404] })
  if (n % 3 === 1) return client.ask(`/no-such-path-${n}`, service, { status: [404] })
  return client.ask(`/tasks/${id}`, service, { method: 'PATCH', status: [405] })
}

const read = (path: (id: string, n: number) => string): Operation => {
  return (client, n) => {
    const { service, id } = client.pick(n)
    return client.ask(path(id, n), service)
  }
}

const runNow: Operation = (client, n) => {
  const { service, id } = client.pick(n)
  return client.ask(`/tasks/${id}/executions`, service, { method: 'POST', status: [202, 409] })
}

const preview: Operation = (client, n) =>
  client.ask('/schedule/preview', client.pick(n).service, {
    method: 'POST',
    body: { cron: `${n % 60} 2 * * *`, time_zone: 'Europe/Berlin', count: 20 },
  })

const scrape: Operation = (client) => client.ask('/metrics', undefined)
const health: Operation = (client) => client.ask('/health/ready', undefined)

const file: Operation = async (client, n) => {
  const path = files[n % files.length] as string
  const etag = (await client.ask(path, undefined))?.headers.get('etag')
  if (etag) await client.ask(path, undefined, { headers: { 'if-none-match': etag }, status: [200, 304] })
}

/** All operations with their relative frequencies. */
export const operations: readonly (readonly [share: number, Operation])[] = [
  [8, create],
  [8, remove],
  [6, update],
  [3, replace],
  [1, bulk],
  [1, refusedBulk],
  [2, list],
  [1, leaveList],
  [6, page],
  [6, read((id) => `/tasks/${id}`)],
  [6, read((id, n) => `/tasks/${id}/executions?pageNumber=${n % 3}&count=${1 + (n % 100)}`)],
  [4, read((id) => `/tasks/${id}/upcoming?count=10`)],
  [4, read(() => '/overview')],
  [2, read((id, n) => (n % 2 === 0 ? '/audit?count=50' : `/tasks/${id}/audit`))],
  [3, runNow],
  [2, preview],
  [4, refused],
  [4, wrongCredentials],
  [2, wrongPath],
  [2, scrape],
  [2, health],
  [4, file],
]
