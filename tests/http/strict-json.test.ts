import { afterAll, beforeAll, expect, test } from 'bun:test'
import { connect } from 'node:net'
import { listen } from '../../src/serve/listen.ts'
import { type Account, app, createAccount, createTask, farTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { expectWithin } from '../support/promised.ts'

const mebibyte = 1_048_576
const [server] = listen(['127.0.0.1'], 0, app.fetch)
const origin = `http://127.0.0.1:${server?.port}`
let owner: Account
beforeAll(async () => {
  await emptyDatabase()
  owner = await createAccount()
})
afterAll(async () => {
  expect(await sql`select 1 from task`).toHaveLength(0)
  await server?.stop(true)
})

/** Sends a create to a real port, with the length declared or in chunks. */
async function upload(body: Uint8Array | string, { chunked = false, signedIn = true, path = '/tasks' } = {}) {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
  const response = await fetch(`${origin}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(signedIn ? { service_id: owner.id, token: owner.token } : {}),
    },
    body: chunked ? new Blob([bytes as Uint8Array<ArrayBuffer>]).stream() : (bytes as Uint8Array<ArrayBuffer>),
  })
  return { status: response.status, body: (await response.json()) as { message: string; code: string } }
}

test.each([3, 70, 140])('responds to a body of %i MiB with a JSON error, whichever check fails first', async (size) => {
  const body = new Uint8Array(size * mebibyte).fill(0x78)
  for (const chunked of [false, true]) {
    expect(await upload(body, { chunked })).toEqual({
      status: 413,
      body: { message: 'The body is larger than 1 MiB, which is the most this address takes.', code: 'too_large' },
    })
    expect((await upload(body, { chunked, signedIn: false })).status).toBe(401)
    expect((await upload(body, { chunked, path: '/nowhere' })).status).toBe(404)
    expect((await upload(body, { chunked, path: '/health/live' })).status).toBe(405)
  }
})

test('a client that sends everything before it reads gets the 413 too', async () => {
  const head = `POST /tasks HTTP/1.1\r\nHost: localhost\r\nservice_id: ${owner.id}\r\ntoken: ${owner.token}\r\n`
  const text = await talk(`${head}Content-Type: application/json\r\nContent-Length: ${40 * mebibyte}\r\n\r\n`, 40)
  expect(text).toStartWith('HTTP/1.1 413')
})

/** Writes the head and so many MiB, and only then reads. */
function talk(head: string, mebibytes: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const socket = connect(server?.port ?? 0, '127.0.0.1')
  socket.on('error', reject)
  socket.pause()
  socket.write(head)
  socket.write(Buffer.alloc(mebibytes * mebibyte, 'x'), () => {
    socket.once('data', (data) => resolve(String(data)))
    socket.resume()
  })
  return promise.finally(() => socket.destroy())
}

const filled = (size: number) => `{"a":"${'x'.repeat(size - 8)}"}`

test('exactly 1 MiB is not too large', async () => {
  for (const chunked of [false, true]) {
    expect((await upload(filled(mebibyte), { chunked })).status).toBe(400)
    expect((await upload(filled(mebibyte + 1), { chunked })).status).toBe(413)
  }
})

test('does not rely on a Content-Length that is too small', async () => {
  const { status } = await send(owner, 'POST', '/tasks', filled(2 * mebibyte), { 'content-length': '2' })
  expect(status).toBe(413)
})

const valid = JSON.stringify(farTask)
const withField = (json: string) => `${valid.slice(0, -1)},${json}}`
const encode = (text: string) => new TextEncoder().encode(text)
const notJson: readonly (readonly [what: string, body: string | Uint8Array])[] = [
  ['nothing', ''],
  ['spaces', ' \r\n\t'],
  ['half an object', valid.slice(0, -1)],
  ['two objects', valid + valid],
  ['single quotes', "{'name':'x'}"],
  ['a comment', `${valid} // a task`],
  ['a comma too many', `${valid.slice(0, -1)},}`],
  ['NaN', withField('"retries":NaN')],
  ['a form', 'name=x&url=http%3A%2F%2Fh'],
  ['XML', '<task/>'],
  ['broken UTF-8', new Uint8Array([...encode('{"name":"'), 0xff, 0xfe, ...encode('"}')])],
  ['UTF-8 cut short', encode('{"name":"😀').slice(0, -1)],
  ['an encoded surrogate', new Uint8Array([...encode('{"name":"'), 0xed, 0xa0, 0x80, ...encode('"}')])],
  ['an overlong slash', new Uint8Array([...encode('{"name":"'), 0xc0, 0xaf, ...encode('"}')])],
  ['UTF-16', new Uint8Array(Buffer.from(valid, 'utf16le'))],
  ['a raw control character', `{"name":"a\u0001"}`],
  ['a raw NUL', `{"name":"a\0"}`],
]
test.each(notJson)('refuses a body that is not JSON: %s', async (_, body) => {
  const { status, body: answer } = await send(owner, 'POST', '/tasks', body)
  expect([status, Object.keys(answer), answer.code]).toEqual([400, ['message', 'code'], 'malformed_body'])
})

test.each(['null', '[]', `[${valid}]`, '"x"', '5', 'true', '-0', '1e400'])(
  'refuses %s in place of an object',
  async (body) => {
    const { status, body: answer } = await send(owner, 'POST', '/tasks', body)
    expect([status, answer.errors]).toEqual([
      400,
      [{ path: '/', message: 'must be a JSON object', code: 'wrong_type' }],
    ])
  },
)

test.each([33, 1000, 100_000, 500_000])('refuses %i levels of nesting at once, with the path', async (depth) => {
  const start = performance.now()
  const arrays = `${'['.repeat(depth)}${']'.repeat(depth)}`
  const objects = `${'{"a":'.repeat(Math.min(depth, 150_000))}1${'}'.repeat(Math.min(depth, 150_000))}`
  for (const json of [arrays, objects]) {
    expect((await send(owner, 'POST', '/tasks', json)).status).toBe(400)
    const { status, body } = await send(owner, 'POST', '/tasks', withField(`"payload":${json}`))
    expect([status, body.errors[0].path]).toEqual([400, '/payload'])
  }
  expectWithin(2000, start)
})

test.each([
  ['"name":"other"', '/name'],
  ['"n\\u0061me":"other"', '/name'],
  ['"header":{"Accept":"a","Accept":"b"}', '/header/Accept'],
  ['"header":{"a/b":"a","c":"","a\\/b":"b"}', '/header/a~1b'],
  ['"header":{"\\"":"a","\\"":"b"}', '/header/"'],
  ['"header":{"\\\\":"a","\\\\" : "b"}', '/header/\\'],
  ['"__proto__":1,"__proto__":2', '/__proto__'],
  ['"x":[{"a":1},{"b":[],"b":[]}]', '/x/1/b'],
])('refuses a name that stands twice in one object: %s', async (json, path) => {
  const { status, body } = await send(owner, 'POST', '/tasks', withField(json))
  expect([status, body.errors]).toEqual([400, [{ path, message: 'is given twice; send it once', code: 'duplicate' }]])
})

test('refuses names of Object.prototype as unknown fields', async () => {
  for (const json of ['"__proto__":{"name":"x"}', '"constructor":{"prototype":{}}', '"prototype":1']) {
    const { status, body } = await send(owner, 'POST', '/tasks', withField(json))
    expect([status, body.errors[0].path]).toEqual([400, `/${json.split('"')[1]}`])
  }
  const { body } = await send(owner, 'POST', '/tasks', '{"__proto__":{"name":"x","url":"http://h/"},"method":"GET"}')
  expect(body.errors.map(({ path }: { path: string }) => path).sort()).toEqual(['/__proto__', '/name', '/url'])
})

test('refuses values that cannot be converted to a string as not a string', async () => {
  for (const value of ['{"toString":1}', '{"to\\u0053tring":null,"valueOf":1}', '[[{"toString":{"toString":""}}]]']) {
    const { status, body } = await send(owner, 'POST', '/tasks', `{"name":${value},"url":${value},"method":"GET"}`)
    expect([value, status, body.errors.map(({ path }: { path: string }) => path)]).toEqual([
      value,
      400,
      ['/name', '/url'],
    ])
    const retries = await send(owner, 'POST', '/tasks', withField(`"retries":${value},"header":{"toString":${value}}`))
    expect([value, retries.status]).toEqual([value, 400])
  }
  const { status, body } = await send(owner, 'POST', '/tasks', withField('"header":{"toString":"kept"}'))
  expect([status, body.header]).toEqual([201, { toString: 'kept' }])
  await sql`delete from task`
})

test('responds to a body of 80,000 unknown fields quickly and briefly', async () => {
  const fields = Object.fromEntries(Array.from({ length: 80_000 }, (_, index) => [`k${index}`, 1]))
  const start = performance.now()
  for (const body of [fields, { ...farTask, header: fields }]) {
    const answer = await send(owner, 'POST', '/tasks', body)
    expect([answer.status, JSON.stringify(answer.body).length < 20_000]).toEqual([400, true])
  }
  expectWithin(2000, start)
})

test.each([
  ...['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonx', ''],
  ...['json', 'text/json', 'application/json, text/plain', '+json', 'application/javascript', 'application/x-ndjson'],
])('refuses JSON that says it is %s', async (type) => {
  const { status } = await send(owner, 'POST', '/tasks', valid, { 'content-type': type })
  expect(status).toBe(415)
})

test('refuses a body without a type, and a compressed one', async () => {
  expect((await send(owner, 'POST', '/tasks')).status).toBe(415)
  const zipped = Bun.gzipSync(encode(valid))
  expect((await send(owner, 'POST', '/tasks', zipped, { 'content-encoding': 'gzip' })).status).toBe(415)
})

test.each([
  'application/json',
  'APPLICATION/JSON; charset=UTF-8',
  'application/merge-patch+json',
  ' application/json ',
])('takes JSON as %s, with or without a byte order mark', async (type) => {
  for (const body of [valid, `\ufeff${valid}`]) {
    const { status, body: task } = await send(owner, 'POST', '/tasks', body, { 'content-type': type })
    expect(status).toBe(201)
    await sql`delete from task where id = ${task.id}`
  }
})

test('stores text unchanged: escapes, quotes and characters above U+FFFF', async () => {
  const name = '"\\" 😀 \u2028 \u0007 {"a":1,"a":2}'
  expect((await createTask(owner, { name, payload: name.repeat(100) })).name).toBe(name)
  await sql`delete from task`
})
