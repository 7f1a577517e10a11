import { afterAll, expect, test } from 'bun:test'
import { createServer, type Server } from 'node:net'
import { call } from '../../../src/scheduler/call/call.ts'
import { outbound } from '../../support/outbound.ts'

const servers: Server[] = []
afterAll(() => {
  for (const server of servers) server.close()
})

/** Listens on a port of its own and answers each connection's first bytes with `text`, or with nothing. */
async function answerWith(text: string): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => socket.write(text))
  })
  servers.push(server)
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  return (server.address() as { port: number }).port
}

const send = (url: string) =>
  call(outbound(), {
    method: 'GET',
    url,
    header: {},
    payload: null,
    identity: {},
    staysWithOrigin: () => false,
    timeoutMs: 600,
  })

test('a target that takes no connection: while connecting', async () => {
  const port = await answerWith('')
  const server = servers.pop()
  const { promise: closed, resolve } = Promise.withResolvers<void>()
  server?.close(() => resolve())
  await closed
  // In a process of its own: its connections are not those of the call.
  const script = `
    const { startSilentPort } = await import('./tests/support/silent-port.ts')
    await startSilentPort('127.0.0.1', ${port})
    console.log('silent')
    await Bun.sleep(10_000)`
  const child = Bun.spawn([process.execPath, '-e', script], { cwd: `${import.meta.dir}/../../..`, stdout: 'pipe' })
  await child.stdout.getReader().read()
  expect((await send(`http://127.0.0.1:${port}/`)).error).toBe('timeout after 0.6 s while connecting')
  child.kill()
})

test('a target that says nothing to a TLS greeting: during the TLS handshake', async () => {
  const port = await answerWith('')
  expect((await send(`https://127.0.0.1:${port}/`)).error).toBe('timeout after 0.6 s during the TLS handshake')
  expect((await send(`https://localhost:${port}/`)).error).toBe('timeout after 0.6 s during the TLS handshake')
})

test('a target that takes the request and says nothing: while waiting for the answer', async () => {
  const port = await answerWith('')
  const outcome = await send(`http://127.0.0.1:${port}/`)
  expect(outcome.error).toBe('timeout after 0.6 s while waiting for the answer')
  expect(outcome.answer_ms).toBeGreaterThan(500)
})

test('a target that has begun its answer: in the middle of the answer', async () => {
  const port = await answerWith('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf')
  expect((await send(`http://127.0.0.1:${port}/`)).error).toBe('timeout after 0.6 s in the middle of the answer')
})

test('IPv6 as well', async () => {
  const server = createServer((socket) => socket.on('error', () => {}))
  servers.push(server)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(0, '::1', resolve)
  await promise
  const { port } = server.address() as { port: number }
  expect((await send(`https://[::1]:${port}/`)).error).toBe('timeout after 0.6 s during the TLS handshake')
})
