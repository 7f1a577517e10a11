import { afterAll, beforeAll, expect, test } from 'bun:test'
import { connect } from 'node:net'
import { type Account, createAccount, createTask } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { startListeningApp } from '../support/listening-app.ts'

const { server, logged } = await startListeningApp()
let owner: Account
let signIn: string
beforeAll(async () => {
  await emptyDatabase()
  owner = await createAccount()
  signIn = `service_id: ${owner.id}\r\ntoken: ${owner.token}\r\nContent-Type: application/json\r\n`
})
afterAll(() => server?.stop(true))

/** Sends these bytes and gives what comes back until the server or `hangUpAfter` (ms) ends it. */
function talk(request: string, hangUpAfter?: number): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const socket = connect(server?.port ?? 0, '127.0.0.1')
  let text = ''
  socket.on('data', (data) => {
    text += data
    if (hangUpAfter === undefined && text.includes('\r\n\r\n')) socket.destroy()
  })
  socket.on('error', () => {})
  socket.on('close', () => resolve(text))
  socket.write(Buffer.from(request, 'latin1'))
  if (hangUpAfter !== undefined) setTimeout(() => socket.destroy(), hangUpAfter)
  return promise
}
const get = (path: string, host: string) => talk(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`)

test('responds under a host name of any length, as in an ingress or a compose file', async () => {
  for (const host of ['x', 'db', 'api', 'duly', 'duly.internal:8080', '[::1]:80', '127.0.0.1', 'localhost', '']) {
    expect([host, await get('/health/live', host)]).toEqual([host, expect.stringContaining('HTTP/1.1 200')])
    expect([host, await get('/tasks?count=1', host)]).toEqual([host, expect.stringContaining('HTTP/1.1 401')])
    expect([host, await get('/nowhere', host)]).toEqual([host, expect.stringContaining('HTTP/1.1 404')])
  }
})

test('responds without a Host header, as load balancers send requests, also with bodies', async () => {
  expect(await talk('GET /health/live HTTP/1.0\r\n\r\n')).toStartWith('HTTP/1.1 200')
  expect(await talk('GET /nowhere HTTP/1.0\r\n\r\n')).toStartWith('HTTP/1.1 404')
  const create = await talk(`POST /tasks HTTP/1.0\r\n${signIn}Content-Length: 2\r\n\r\n{}`)
  expect(create).toStartWith('HTTP/1.1 400')
  expect(create).toContain('"/name"')
})

test('refuses an invalid Host header with a JSON error', async () => {
  for (const host of ['[', '%', ':::', 'a:99999', 'a b', 'u:p@h', '\xe9', '#', '?', '\\'])
    for (const path of ['/nowhere', '/health/live', '/tasks?count=1']) {
      const answer = await get(path, host)
      expect([host, answer]).toEqual([host, expect.not.stringContaining('HTTP/1.1 5')])
      if (answer.includes('HTTP/1.1 400'))
        expect(answer).toContain('{"message":"The Host header is not a host name.","code":"malformed_request"}')
    }
})

test('refuses a URL with a fragment with a JSON error', async () => {
  for (const path of ['/tasks#x', '/tasks?count=1#x', '/tasks/x#/executions', '/#', '/health/live#x', '/nowhere?#'])
    expect([path, await get(path, 'localhost')]).toEqual([
      path,
      expect.stringMatching(/^HTTP\/1\.1 400 [\s\S]*no-store[\s\S]*\{"message":"A URL must not contain #/),
    ])
  expect(await get('/tasks/%23', 'localhost')).toStartWith('HTTP/1.1 401')
})

test('when a client disconnects in the middle of its body, nothing is stored and nothing is logged', async () => {
  const head = `POST /tasks HTTP/1.1\r\nHost: localhost\r\n${signIn}`
  await talk(`${head}Content-Length: 1000\r\n\r\n{"name":`, 100)
  await talk(`${head}Transfer-Encoding: chunked\r\n\r\n8\r\n{"name":\r\n`, 100)
  await talk(`${head}Content-Length: 9000000\r\n\r\n{"name":`, 100)
  await get('/health/ready', 'localhost')
  expect(logged).toEqual([])
  expect(await sql`select 1 from task`).toHaveLength(0)
})

test('an enormous Content-Length is a 413, and one that is not a number is a 400', async () => {
  for (const length of ['2000000000000', '9007199254740993', '576460752303423487']) {
    const answer = await talk(`POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n\r\n{`)
    expect([length, answer]).toEqual([length, expect.stringContaining('{"message":"There is no such address.')])
  }
  for (const length of [
    '-1',
    '+1',
    '1e3',
    '0x1',
    '',
    '9223372036854775808',
    '9'.repeat(40),
    '1, 1',
    '1\r\nContent-Length: 2',
  ]) {
    const answer = await talk(`POST /tasks HTTP/1.1\r\nHost: localhost\r\n${signIn}Content-Length: ${length}\r\n\r\n{`)
    expect([length, answer]).toEqual([length, expect.stringContaining('HTTP/1.1 400')])
  }
})

test('credentials that are sent twice are refused', async () => {
  const twice = await talk(`GET /tasks HTTP/1.1\r\nHost: localhost\r\n${signIn}token: ${owner.token}\r\n\r\n`)
  expect(twice).toStartWith('HTTP/1.1 401')
})

test('a connection can be used again after an error', async () => {
  const one = `POST /tasks HTTP/1.1\r\nHost: localhost\r\n${signIn}Content-Length: 1\r\n\r\n{`
  const other = `GET /tasks HTTP/1.1\r\nHost: localhost\r\n${signIn}\r\n`
  const answers = await talk(one + other, 500)
  expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400', 'HTTP/1.1 200'])
})

test('a missing column is a 503 without details, and is logged with the error', async () => {
  const task = await createTask(owner)
  await sql`alter table task rename column payload to payload_away`
  try {
    const answer = await talk(`GET /tasks/${task.id} HTTP/1.1\r\nHost: localhost\r\n${signIn}\r\n`)
    expect(answer).toStartWith('HTTP/1.1 503')
    expect(answer).toEndWith(
      '{"message":"The database cannot carry this out right now; the cause has been logged. Nothing was changed; try again.","code":"database_fault"}',
    )
    expect(logged.join()).toContain('payload')
  } finally {
    await sql`alter table task rename column payload_away to payload`
  }
})
