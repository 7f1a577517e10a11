import { afterAll, beforeAll, expect, test } from 'bun:test'
import { connect } from 'node:net'
import fc from 'fast-check'
import { farTask } from '../support/app.ts'
import { sql } from '../support/database.ts'
import { signIn } from '../support/fuzz-headers.ts'
import { makeServices } from '../support/fuzz-scene.ts'
import { ids, texts } from '../support/fuzz-values.ts'
import { startListeningApp } from '../support/listening-app.ts'

// What the runtime makes of bytes that no client would send. FUZZ_SEED and FUZZ_RUNS as in fuzz.test.ts.
const seed = Number(Bun.env.FUZZ_SEED ?? 20_261_124)
const runs = Number(Bun.env.FUZZ_RUNS ?? 400)
/** Conversations at once, and for how long, in ms, nothing is said before the first answer and after the last one. */
const connections = 20
const silenceMs = 1_500
const pauseMs = 200

const { server, logged } = await startListeningApp()
beforeAll(makeServices)
afterAll(() => server?.stop(true))

const credentials = Object.entries(signIn('owner')).map((pair) => pair.join(': '))
const task = JSON.stringify(farTask)
const chunk = (text: string, size = text.length.toString(16)) => `${size}\r\n${text}\r\n`

const methods = texts(
  'GET POST PUT DELETE OPTIONS HEAD PATCH TRACE CONNECT PROPFIND QUERY BREW get G\\u0000T \\u00ff POST\\t',
)
const targets = [
  '',
  `/tasks/${ids.idle}`,
  `/${'x'.repeat(20_000)}`,
  `/tasks?search=${'x'.repeat(20_000)}`,
  ...texts(
    '/tasks /tasks/ /health/live /tasks/bulk /tasks?count=1 / * http://h/tasks http:// x:80 //tasks /tasks#x /a\\u0020b',
  ),
  ...texts(
    '/a\\u0000b /tasks/\\u00ff\\u00fe /tasks?search=\\u00ff /../tasks /tasks/%2e%2e/tasks /\\\\tasks tasks ? # ://',
  ),
]
const versions = texts('HTTP/1.0 HTTP/1.2 HTTP/2.0 HTTP/3.0 HTTP/0.9 http/1.1 HTTP/1.1x HTTP/11 X')
const lines = [
  ...['', ' x: folded', 'no colon', 'x : y', 'b ad: x', ': x', 'x: a\0b', 'x: \xff\xfe', `x: ${'y'.repeat(20_000)}`],
  ...['Host: [', 'Host:', 'Host: a\r\nHost: b', 'Host: ../x', 'Expect: 100-continue', 'Expect: x', 'Connection: close'],
  ...[
    'Upgrade: websocket\r\nConnection: Upgrade',
    'Upgrade: h2c',
    '__proto__: x',
    'token: x',
    'Content-Encoding: gzip',
  ],
  ...['Transfer-Encoding: identity', 'Content-Length: 0', 'x: y\rz', 'x: y\nz: 1', 'Trailer: service_id', 'x:\t\x7f'],
  Array.from({ length: 300 }, (_, at) => `x${at}: y`).join('\r\n'),
]
const lengths = [
  '0',
  '2',
  '-1',
  '+2',
  '1e1',
  '0x2',
  '',
  ' ',
  '2, 2',
  `${task.length}\r\nContent-Length: 2`,
  '9'.repeat(40),
  '2000000000000',
]
const encodings = [
  'gzip',
  'chunked, chunked',
  'xchunked',
  'chunked\r\nTransfer-Encoding: gzip',
  'chunked\0',
  '\tchunked ',
]
// Trailers are left out: Bun 1.4.5 takes them for another request.
const chunks = [
  ...[
    chunk('', '0'),
    chunk(task),
    chunk(task, 'zz'),
    chunk(task, '-1'),
    chunk(task, 'f'.repeat(20)),
    chunk(task, '0x2'),
  ],
  ...[chunk(task, `${task.length.toString(16)};ext=x`)],
  ...[
    '\r\n\r\n',
    'ff',
    `${chunk(task)}${chunk('', '0')}`.replaceAll('\r\n', '\n'),
    chunk(task, `0${task.length.toString(16)}`),
  ],
]
/** The header lines of a body's length, and the body: told rightly, wrongly, twice or not at all. */
const framed = fc.oneof(
  { weight: 6, arbitrary: fc.constant([`Content-Length: ${task.length}`, task]) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(['Transfer-Encoding: chunked', `${chunk(task)}${chunk('', '0')}`], ['x: y', '']),
  },
  { weight: 3, arbitrary: fc.constantFrom(...lengths).map((length) => [`Content-Length: ${length}`, task]) },
  { weight: 3, arbitrary: fc.constantFrom(...chunks).map((text) => ['Transfer-Encoding: chunked', text]) },
  { weight: 1, arbitrary: fc.constant(['Content-Length: 1100000', ' '.repeat(1_100_000)]) },
  { weight: 1, arbitrary: fc.constantFrom(...encodings).map((name) => [`Transfer-Encoding: ${name}`, chunk(task)]) },
  { weight: 1, arbitrary: fc.constant([`Content-Length: ${task.length}\r\nTransfer-Encoding: chunked`, chunk(task)]) },
)
const mostly = (usual: string, others: readonly string[], weight = 6) =>
  fc.oneof({ weight, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) })
const request = fc
  .record({
    method: mostly('POST', methods, 3),
    target: mostly('/tasks', targets, 3),
    version: mostly('HTTP/1.1', versions),
    host: mostly('Host: localhost', lines),
    sane: mostly('x: y', ['token: x', 'Content-Encoding: gzip', 'Accept: */*', 'Connection: close']),
    more: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(fc.constantFrom(...lines), { maxLength: 2 })),
    body: framed,
  })
  .map(({ method, target, version, host, sane, more, body: [length, body] }) =>
    [
      `${method} ${target} ${version}`,
      host,
      ...credentials,
      'Content-Type: application/json',
      sane,
      ...more,
      length,
      '',
      body,
    ].join('\r\n'),
  )
const rubbish = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  fc.constantFrom(
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    '\r\n\r\n',
    '\0'.repeat(30_000),
  ),
)
/** What goes over one connection: a request, whole or cut short, alone or with more behind it, and rubbish. */
const stream = fc.oneof(
  { weight: 12, arbitrary: request.map((bytes) => ({ bytes, alone: true })) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(request, fc.nat())
      .map(([text, at]) => ({ bytes: text.slice(0, at % text.length), alone: true })),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(request, fc.oneof(request, rubbish)).map((parts) => ({ bytes: parts.join(''), alone: false })),
  },
  { weight: 1, arbitrary: rubbish.map((bytes) => ({ bytes, alone: true })) },
)

/** Sends these bytes, and gives what came back once nothing more comes. */
function talk(bytes: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const socket = connect(server?.port ?? 0, '127.0.0.1')
  let text = ''
  let timer = setTimeout(() => socket.destroy(), silenceMs)
  socket.on('data', (data) => {
    text += data.toString('latin1')
    clearTimeout(timer)
    timer = setTimeout(() => socket.destroy(), pauseMs)
  })
  socket.on('error', () => {})
  socket.on('close', () => {
    clearTimeout(timer)
    resolve(text)
  })
  socket.write(Buffer.from(bytes, 'latin1'))
  return promise
}

/** The answers of one connection: the runtime's own are bare, and all others are whole. */
function answersIn(text: string): { status: number; head: string; body: string }[] {
  return text
    .split(/(?=HTTP\/1\.1 \d{3} )/)
    .filter((part) => part !== '' && !part.startsWith('HTTP/1.1 100'))
    .map((part) => {
      const [head = '', ...body] = part.split('\r\n\r\n')
      return {
        status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]),
        head: head.toLowerCase(),
        body: body.join('\r\n\r\n'),
      }
    })
}

function holdAnswer({ status, head, body }: ReturnType<typeof answersIn>[number]): void {
  // The runtime itself refuses what is no HTTP, with an empty answer, and ends the connection.
  if (head.split('\r\n').slice(1).join() === 'connection: close') {
    expect([400, 413, 431, 505]).toContain(status)
    return
  }
  expect(status).toBeLessThan(500)
  if (status >= 400 && body !== '') expect(Object.keys(JSON.parse(body)).slice(0, 2)).toEqual(['message', 'code'])
  if (head.includes('application/json')) expect(head).toContain('cache-control: no-')
}

test('whatever comes over a socket, nothing breaks, and what is stored was answered with 201', async () => {
  const waiting = fc.sample(stream, { seed, numRuns: runs }).map((one, at) => ({ ...one, name: `T${at}`.padEnd(6) }))
  const seen = new Set<number>()
  const wrong: unknown[] = []
  const talkOn = async () => {
    for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
      const answers = answersIn(await talk(one.bytes.replaceAll(farTask.name, one.name)))
      const created = answers.filter(({ status }) => status === 201).length
      const stored = (await sql`select 1 from task where name = ${one.name}`).length
      for (const { status } of answers) seen.add(status)
      try {
        answers.forEach(holdAnswer)
        // With more behind it that is no request, the runtime ends the connection before the answer is out.
        if (one.alone) expect(stored).toBe(created)
        else expect([created, created + 1, 2]).toContain(stored)
      } catch (error) {
        wrong.push({ bytes: one.bytes.slice(0, 2000), answers, stored, error: (error as Error).message })
      }
    }
  }
  await Promise.all(Array.from({ length: connections }, talkOn))
  expect(wrong).toEqual([])
  expect((await fetch(`http://127.0.0.1:${server?.port}/health/live`)).status).toBe(200)
  expect(logged).toEqual([])
  expect([...seen].sort()).toEqual([200, 201, 400, 401, 404, 405, 413, 415, 431, 505])
})
