import { afterAll, beforeAll, expect, test } from 'bun:test'
import { call } from '../../src/scheduler/call/call.ts'
import { SecretNames } from '../../src/secrets/names.ts'
import { outbound } from '../support/outbound.ts'

const seen: { url: string; host: string | null }[] = []
let server: ReturnType<typeof Bun.serve>
beforeAll(() => {
  server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch(request) {
      const url = new URL(request.url)
      seen.push({ url: url.pathname, host: request.headers.get('host') })
      const to = url.searchParams.get('to')
      return to ? new Response(null, { status: 302, headers: { location: to } }) : new Response('ok')
    },
  })
})
afterAll(() => server.stop(true))

const names = new SecretNames([])
const staysWithOrigin = (name: string) => names.has(name)
const send = (url: string, policy = outbound()) => {
  seen.length = 0
  return call(policy, {
    method: 'GET',
    url,
    header: {},
    payload: null,
    identity: {},
    staysWithOrigin,
    timeoutMs: 2_000,
  })
}

test('a host name is called at its address, and the Host header has the name', async () => {
  const host = `localhost:${server.port}`
  expect(await send(`http://${host}/a`)).toMatchObject({ status: 'success', response: 'ok' })
  expect(seen).toEqual([{ url: '/a', host }])
})

test('a local target that accepts a single connection receives the call on it', async () => {
  let connections = 0
  const once = Bun.listen({
    hostname: '127.0.0.1',
    port: 0,
    socket: {
      open() {
        connections++
        once.stop()
      },
      data(socket) {
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
      },
    },
  })
  expect(await send(`http://localhost:${once.port}/`)).toMatchObject({ status: 'success', response: 'ok' })
  expect(connections).toBe(1)
})

test('a name without addresses is reported, and the lookup ends with the timeout of the call', async () => {
  expect(await send('http://no-such-host.invalid/')).toMatchObject({
    status: 'failed',
    error: expect.stringMatching(/^DNS/),
  })
})

test('a redirect to a refused target is not followed', async () => {
  const away = encodeURIComponent(`http://127.0.0.1:${server.port}/b`)
  const denied = outbound('internal', '', '127.0.0.1')
  expect(await send(`http://localhost:${server.port}/a?to=${away}`, denied)).toMatchObject({
    status: 'failed',
    error: expect.stringMatching(/^refused by the outbound policy: localhost \(127\.0\.0\.1\) is in OUTBOUND_DENY$/),
  })
  expect(seen).toEqual([])
  const byName = outbound('internal', '', 'localhost')
  const back = encodeURIComponent(`http://localhost:${server.port}/b`)
  expect(await send(`http://127.0.0.1:${server.port}/a?to=${back}`, byName)).toMatchObject({
    error: 'refused by the outbound policy: localhost is in OUTBOUND_DENY',
  })
  expect(seen.map(({ url }) => url)).toEqual(['/a'])
})

test('proxy variables are ignored: a call goes to its target', async () => {
  const script = `
    import { processConfig } from './src/config/config.ts'
    import { call } from './src/scheduler/call/call.ts'
    import { SecretNames } from './src/secrets/names.ts'
    import { outbound } from './tests/support/outbound.ts'
    processConfig()
    const outgoing = { method: 'GET', url: 'http://127.0.0.1:${server.port}/p', header: {}, payload: null, identity: {}, staysWithOrigin: (name) => new SecretNames([]).has(name), timeoutMs: 2000 }
    console.log((await call(outbound(), outgoing)).status)`
  const proxy = 'http://127.0.0.1:1'
  const child = Bun.spawn([process.execPath, '-e', script], {
    env: { ...process.env, HTTP_PROXY: proxy, http_proxy: proxy, ALL_PROXY: proxy },
    cwd: `${import.meta.dir}/../..`,
    stdout: 'pipe',
    stderr: 'inherit',
  })
  expect((await new Response(child.stdout).text()).trim()).toBe('success')
})
