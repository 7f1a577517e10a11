import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Socket } from 'node:net'
import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { call, type OutgoingCall } from '../../../src/scheduler/call/call.ts'
import { SecretNames } from '../../../src/secrets/names.ts'
import { outbound } from '../../support/outbound.ts'
import { answer, startRawTarget } from '../../support/raw-target.ts'

const codings = {
  gzip: gzipSync,
  deflate: deflateSync,
  br: (body: Buffer) => brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 2 } }),
  zstd: zstdCompressSync,
}
const zeros = Buffer.alloc(50_000_000)
const encoded = (coding: string, body: Buffer) => answer(`200 OK\r\nContent-Encoding: ${coding}`, body)
const small = Buffer.from('hello')

/** Says that ten bytes come, and sends chunks without end. */
function lieAboutLength(socket: Socket): void {
  socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\nTransfer-Encoding: chunked\r\n\r\n')
  const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`
  const more = () => {
    while (!socket.destroyed && socket.write(chunk));
  }
  socket.on('drain', more)
  more()
}

const cut = 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf'
let target: Awaited<ReturnType<typeof startRawTarget>>
beforeAll(async () => {
  const bombs = Object.entries(codings).map(
    ([name, encode]) => [`/bomb/${name}`, encoded(name, encode(zeros))] as const,
  )
  const plain = Object.entries(codings).map(
    ([name, encode]) => [`/small/${name}`, encoded(name, encode(small))] as const,
  )
  const broken = Object.keys(codings).map(
    (name) => [`/broken/${name}`, encoded(name, Buffer.from('nonsense'))] as const,
  )
  target = await startRawTarget({
    ...Object.fromEntries([...bombs, ...plain, ...broken]),
    '/raw-deflate': encoded('deflate', deflateRawSync(small)),
    '/upper': encoded('X-GZIP', gzipSync(small)),
    '/cut-gzip': encoded(
      'gzip',
      gzipSync(Buffer.from(crypto.getRandomValues(new Uint8Array(9_000)))).subarray(0, 4_000),
    ),
    '/empty-gzip': encoded('gzip', Buffer.alloc(0)),
    '/reset-gzip': `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1000\r\n\r\n${'\x1f'}`,
    '/window': encoded('zstd', Buffer.from('28b52ffd0098', 'hex')),
    '/unknown': encoded('snappy', small),
    '/lie': lieAboutLength,
    '/cut': cut,
    '/long-phrase': answer(`500 ${'p'.repeat(60_000)}`),
    '/odd-phrase': answer('500 \xe2\x80\xae evil \xff'),
    '/odd-location': answer('302 Found\r\nLocation: http://[\xe2\x80\xae\xff'),
    '/upgrade': 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n',
    '/odd-length': 'HTTP/1.1 200 OK\r\nContent-Length: 2x\r\n\r\nok',
    '/wait-long': answer(`503 X\r\nRetry-After: ${'9'.repeat(40)}`),
    '/wait-back': answer('503 X\r\nRetry-After: -5'),
    '/wait-what': answer('503 X\r\nRetry-After: 5, 7'),
    '/ok': answer('200 OK'),
    // The greeting of TLS names no path. Hanging up would be another failure.
    '': (socket) => void socket.write(answer('400 Bad Request')),
  })
}, 20_000)
afterAll(() => target.stop())

const send = (path: string, more: Partial<OutgoingCall> = {}) =>
  call(outbound(), {
    method: 'GET',
    url: path.startsWith('http') ? path : target.url + path,
    header: {},
    payload: null,
    identity: {},
    staysWithOrigin: (name) => new SecretNames([]).has(name),
    timeoutMs: 3_000,
    ...more,
  })

/** How much the memory grows while the calls are made, at most, in MB. */
async function growth(calls: () => Promise<unknown>): Promise<number> {
  Bun.gc(true)
  const before = process.memoryUsage().rss
  let most = before
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss)
  }, 5)
  await calls()
  clearInterval(timer)
  return (Math.max(most, process.memoryUsage().rss) - before) / 1e6
}

test.each(Object.keys(codings))(
  'twenty %s bombs at once cost no more memory than what is stored of them',
  async (coding) => {
    const grown = await growth(async () => {
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => send(`/bomb/${coding}`)))
      for (const outcome of outcomes) {
        expect(outcome).toMatchObject({ status: 'success', response_truncated: true })
        expect(outcome.response).toHaveLength(65_536)
      }
    })
    // The windows of twenty brotli decoders alone are 80 MB or so; all that was sent is a thousand.
    expect(grown).toBeLessThan(coding === 'br' ? 300 : 100)
  },
)

test('an answer longer than its Content-Length costs no more memory than what is stored of it', async () => {
  const grown = await growth(async () => {
    expect(await send('/lie')).toMatchObject({ status: 'failed', status_code: 200, response_truncated: true })
  })
  expect(grown).toBeLessThan(100)
})

test('an encoded answer is decoded, though none was asked for', async () => {
  for (const path of [...Object.keys(codings).map((name) => `/small/${name}`), '/raw-deflate', '/upper', '/unknown'])
    expect([path, await send(path)]).toMatchObject([path, { status: 'success', response: 'hello' }])
  expect(await send('/empty-gzip')).toMatchObject({ status: 'success', response: '' })
})

test('an answer that is not what its encoding says is failed, and says so', async () => {
  for (const path of [...Object.keys(codings).map((name) => `/broken/${name}`), '/cut-gzip', '/window'])
    expect([path, await send(path)]).toMatchObject([
      path,
      { status: 'failed', error: 'the answer is not what its Content-Encoding says' },
    ])
})

test('an answer that breaks off is distinguished from no answer', async () => {
  for (const path of ['/cut', '/reset-gzip'])
    expect([path, await send(path)]).toMatchObject([
      path,
      { status: 'failed', error: 'the target closed the connection in the middle of its answer' },
    ])
})

test('what a target says of itself is short and printable where an error repeats it', async () => {
  const { error, status_code } = await send('/long-phrase')
  expect(status_code).toBe(500)
  expect(error).toBe(`the target answered 500 ${'p'.repeat(100)}…`)
  expect((await send('/odd-phrase')).error).toBe('the target answered 500 evil \uFFFD')
  expect((await send('/odd-location')).error).not.toMatch(/\p{C}/u)
})

test('an unrequested protocol and an invalid length have a sentence each', async () => {
  expect((await send('/upgrade')).error).toBe('the target answered 101, a change of protocol that was not asked for')
  expect((await send('/odd-length')).error).toBe('the target did not answer with HTTP: its Content-Length is no number')
  expect((await send(target.url.replace('http:', 'https:'))).error).toMatch(
    /^TLS: the handshake failed: the target speaks no TLS,/,
  )
})

test('a Retry-After beyond reason is a day, and one that is no time is none', async () => {
  expect((await send('/wait-long')).retry_after_ms).toBe(86_400_000)
  expect((await send('/wait-back')).retry_after_ms).toBeNull()
  expect((await send('/wait-what')).retry_after_ms).toBeNull()
})

test('headers are sent whatever objects make of their names', async () => {
  await send('/ok', { header: JSON.parse('{"__proto__":"1","constructor":"2","toString":"3","hasOwnProperty":"4"}') })
  for (const line of ['__proto__: 1', 'constructor: 2', 'toString: 3', 'hasOwnProperty: 4'])
    expect(target.requests.at(-1)).toContain(`\r\n${line}\r\n`)
})
