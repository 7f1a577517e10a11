import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { call, interruption, type OutgoingCall } from '../../../src/scheduler/call/call.ts'
import { eventually } from '../../support/eventually.ts'
import { outbound } from '../../support/outbound.ts'
import { answer, type Behaviour, startRawTarget } from '../../support/raw-target.ts'

const short = '\r\nContent-Length: 100\r\n\r\nhalf'
/** Sends the beginning of an answer, and a moment later ends it so. */
const then =
  (begin: string | Buffer, end: (socket: Socket) => void): Behaviour =>
  (socket) => {
    socket.write(begin)
    setTimeout(() => end(socket), 50)
  }
const reset = (socket: Socket) => socket.resetAndDestroy()
const close = (socket: Socket) => void socket.end()
const keepOpen = () => {}
const body = Buffer.alloc(3_000_000, 'x')
const random = crypto.getRandomValues(new Uint8Array(65_536))
const wholes: string[] = []

/** Notes whether the whole answer was taken. */
const noting =
  (name: string, bytes: Buffer): Behaviour =>
  (socket) => {
    socket.end(bytes)
    socket.on('close', (failed) => failed || wholes.push(name))
  }

let target: Awaited<ReturnType<typeof startRawTarget>>
beforeAll(async () => {
  target = await startRawTarget({
    '/500-short': then(`HTTP/1.1 500 Internal Server Error${short}`, close),
    '/503-reset': then(`HTTP/1.1 503 Unavailable\r\nRetry-After: 6${short}`, reset),
    '/503-chunk': then(
      'HTTP/1.1 503 Unavailable\r\nRetry-After: 6\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n',
      close,
    ),
    '/503-silent': then(`HTTP/1.1 503 Unavailable\r\nRetry-After: 6${short}`, keepOpen),
    '/503-gzip': answer('503 Unavailable\r\nRetry-After: 6\r\nContent-Encoding: gzip', 'nonsense'),
    '/503-gzip-cut': answer(
      '503 Unavailable\r\nRetry-After: 6\r\nContent-Encoding: gzip',
      gzipSync(Buffer.concat([Buffer.from('half'), random])).subarray(0, 40_000),
    ),
    '/200-short': then(`HTTP/1.1 200 OK${short}`, close),
    '/200-reset': then(`HTTP/1.1 200 OK${short}`, reset),
    '/200-chunk': then('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\nhalf', close),
    '/200-odd-chunk': then('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n', (socket) =>
      socket.end('zz\r\n'),
    ),
    '/200-silent': then(`HTTP/1.1 200 OK${short}`, keepOpen),
    '/large': noting('plain', answer('200 OK', body)),
    '/large-until-closed': noting('until closed', Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), body])),
    '/large-gzip': noting(
      'gzip',
      answer(
        '200 OK\r\nContent-Encoding: gzip',
        gzipSync(
          Buffer.concat(Array.from({ length: 40 }, () => Buffer.from(crypto.getRandomValues(new Uint8Array(65_536))))),
        ),
      ),
    ),
    '/large-then-cut': then(
      Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n'), body]),
      reset,
    ),
  })
})
afterAll(() => target.stop())

const outgoing = (path: string, timeoutMs: number): OutgoingCall => ({
  method: 'GET',
  url: target.url + path,
  header: {},
  payload: null,
  identity: {},
  staysWithOrigin: () => false,
  timeoutMs,
})
const send = (path: string, timeoutMs = 3_000, controller?: AbortController) =>
  call(outbound(), outgoing(path, timeoutMs), controller)
const middle = 'the target closed the connection in the middle of its answer'

test.each([
  ['/500-short', 500, null, `the target answered 500 Internal Server Error; ${middle}`],
  ['/503-reset', 503, 6_000, `the target answered 503 Unavailable; ${middle}`],
  ['/503-chunk', 503, 6_000, `the target answered 503 Unavailable; ${middle}`],
  ['/503-silent', 503, 6_000, 'the target answered 503 Unavailable; timeout after 0.2 s in the middle of the answer'],
  ['/200-short', 200, null, middle],
  ['/200-reset', 200, null, middle],
  ['/200-chunk', 200, null, middle],
  ['/200-odd-chunk', 200, null, 'the target broke HTTP in the middle of its answer: its chunks cannot be read'],
  ['/200-silent', 200, null, 'timeout after 0.2 s in the middle of the answer'],
])('status, text and Retry-After stay when the body fails: %s', async (path, status_code, retry_after_ms, error) => {
  expect(await send(path, path.endsWith('silent') ? 200 : 3_000)).toMatchObject({
    status: 'failed',
    status_code,
    retry_after_ms,
    error,
    response: 'half',
    response_truncated: true,
  })
})

test('status and Retry-After stay when the body is not what its encoding says', async () => {
  for (const path of ['/503-gzip', '/503-gzip-cut'])
    expect(await send(path)).toMatchObject({
      status_code: 503,
      retry_after_ms: 6_000,
      error: 'the target answered 503 Unavailable; the answer is not what its Content-Encoding says',
    })
  expect((await send('/503-gzip-cut')).response).toStartWith('half')
})

test('an answer that a stop cuts off is interrupted, whatever its status, and keeps what came', async () => {
  for (const path of ['/503-silent', '/200-silent']) {
    const controller = new AbortController()
    setTimeout(() => controller.abort(interruption), 150)
    expect(await send(path, 3_000, controller)).toMatchObject({ error: 'interrupted', response: 'half' })
  }
})

test('an answer over 64 KiB is read to its end, so that the target can finish writing', async () => {
  for (const path of ['/large', '/large-until-closed', '/large-gzip'])
    expect(await send(path)).toMatchObject({ status: 'success', response_truncated: true, error: null })
  await eventually(
    () => wholes.length === 3,
    () => `taken to the end: ${wholes}`,
  )
})

test('an answer that breaks off behind the first 64 KiB is no success', async () => {
  const outcome = await send('/large-then-cut')
  expect(outcome).toMatchObject({ status: 'failed', status_code: 200, response_truncated: true, error: middle })
  expect(outcome.response).toHaveLength(65_536)
})
