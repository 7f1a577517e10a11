import { expect, test } from 'bun:test'
import { createServer } from 'node:net'
import { useCalls } from '../../support/outgoing-call.ts'
import { promised } from '../../support/promised.ts'

const { scene, send } = useCalls()

test('2xx is success, with code, body and duration', async () => {
  expect(await send('/201')).toMatchObject({ status: 'success', status_code: 201, response: 'ok', error: null })
})

test('anything else is failed, and says what the target answered', async () => {
  expect(await send('/500')).toMatchObject({
    status: 'failed',
    status_code: 500,
    response: 'ok',
    error: 'the target answered 500 Internal Server Error',
  })
  expect(await send('/404')).toMatchObject({ status: 'failed', status_code: 404 })
})

test('a target that does not answer in time is a timeout', async () => {
  const outcome = await send('/slow?ms=20000', { timeoutMs: 300 })
  expect(outcome).toMatchObject({
    status: 'failed',
    status_code: null,
    error: 'timeout after 0.3 s while waiting for the answer',
  })
  expect(outcome.duration_ms).toBeLessThan(promised(300))
})

test('an endless answer is read up to a bound, and the execution says so', async () => {
  const outcome = await send('/endless', { timeoutMs: 20_000 })
  expect(outcome).toMatchObject({
    status: 'failed',
    status_code: 200,
    response_truncated: true,
    error: expect.stringMatching(/^the answer was longer than 64 MiB/),
  })
  expect(outcome.response).toHaveLength(65_536)
}, 20_000)

test.each(['/huge', '/gzip-bomb'])('the first 64 KiB of a huge answer are stored: %s', async (path) => {
  const before = process.memoryUsage().rss
  const outcome = await send(path)
  expect(outcome.response).toHaveLength(65_536)
  expect(outcome.response_truncated).toBe(true)
  expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000)
})

test('what PostgreSQL cannot store is replaced', async () => {
  expect((await send('/nul')).response).toBe('a\uFFFDb')
  expect((await send('/broken-utf8')).response).toBe('a\uFFFDb')
})

test('GET and HEAD are sent without their payload; every other method sends it', async () => {
  await send('/200', { payload: 'body' })
  for (const method of ['HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
    await send('/200', { method, payload: 'body' })
  expect(scene.target.sent.map((seen) => [seen.method, seen.body])).toEqual([
    ['GET', ''],
    ['HEAD', ''],
    ['POST', 'body'],
    ['PUT', 'body'],
    ['PATCH', 'body'],
    ['DELETE', 'body'],
    ['OPTIONS', 'body'],
  ])
})

test('sends the identity of the call and its slot, and headers of the task replace these', async () => {
  await send('/200')
  await send('/200', { header: { 'idempotency-key': 'mine', 'user-agent': 'theirs', 'X-Own': '1' } })
  const [ours, own] = scene.target.sent
  expect(ours?.headers.get('user-agent')).toMatch(/^duly\/\d/)
  expect(ours?.headers.get('idempotency-key')).toBe('slot')
  expect(ours?.headers.get('duly-task-id')).toBe('task')
  expect(own?.headers.get('user-agent')).toBe('theirs')
  expect(own?.headers.get('idempotency-key')).toBe('mine')
  expect(own?.headers.get('x-own')).toBe('1')
})

test('a target that closes idle connections gets each call once, whatever the method', async () => {
  const calls: string[] = []
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (data) => {
      calls.push(String(data).split(' ')[0] ?? '')
      // Promises to keep the connection, and closes it right after the answer.
      socket.write('HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok', () => socket.destroy())
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
    for (let n = 0; n < 40; n++) expect((await send(`http://127.0.0.1:${port}/`, { method })).status).toBe('success')
  server.close()
  expect(calls).toHaveLength(200)
})

test('Retry-After is read as seconds and as a date', async () => {
  expect((await send('/retry-after')).retry_after_ms).toBe(7000)
})

test('600 calls at once are all sent within their time', async () => {
  const outcomes = await Promise.all(Array.from({ length: 600 }, () => send('/slow?ms=700', { timeoutMs: 5000 })))
  expect(outcomes.filter((outcome) => outcome.status === 'success')).toHaveLength(600)
  expect(Math.max(...outcomes.map((outcome) => outcome.duration_ms ?? 0))).toBeLessThan(4000)
}, 20_000)
