import { expect, test } from 'bun:test'
import type { Place } from '../../src/outbound/window.ts'
import { windowOfTarget } from '../../src/outbound/windows.ts'
import { type Answering, keepingAnswer } from '../support/connection-target.ts'
import { outbound } from '../support/outbound.ts'
import { callUrl } from '../support/outgoing-call.ts'
import { useConnectionTargets } from '../support/use-connection-targets.ts'

const answer: Answering = (_, socket) => void socket.write(keepingAnswer())
const start = useConnectionTargets()

test('a connection carries calls of one name only, also when several names have one address', async () => {
  const target = await start(answer)
  const hosts = ['127.0.0.1', 'localhost', 'a.localhost', 'b.localhost']
  for (let n = 0; n < 5; n++)
    await Promise.all(hosts.flatMap((host) => [0, 1, 2].map(() => callUrl(target.url('/', host)))))
  const hostOf = (head: string) => /^host: *(\S+)/im.exec(head)?.[1]
  const byConnection = Map.groupBy(target.requests, (request) => request.connection)
  expect(target.requests).toHaveLength(60)
  expect(byConnection.size).toBeLessThan(30)
  for (const requests of byConnection.values()) expect(new Set(requests.map(({ head }) => hostOf(head))).size).toBe(1)
  expect(new Set(target.requests.map(({ head }) => hostOf(head)))).toEqual(
    new Set(hosts.map((host) => `${host}:${target.port}`)),
  )
})

test('a connection carries calls with one Host header only', async () => {
  const target = await start(answer)
  for (let n = 0; n < 3; n++)
    for (const name of ['127.0.0.1', 'localhost'])
      for (const host of [null, 'a.example', 'b.example:81']) await callUrl(target.url('/', name), { host })
  const hostOf = (head: string) => /^host: *(\S+)/gim.exec(head)?.[1]
  const sent = new Set(target.requests.map(({ connection, head }) => `${connection} ${hostOf(head)}`))
  expect(target.requests).toHaveLength(18)
  expect(sent.size).toBe(target.counts.connections)
  expect(target.counts.connections).toBe(6)
  for (const { head } of target.requests) expect(head.match(/^host:/gim)).toHaveLength(1)
})

test('a call that the policy refuses is not sent on a connection that another call has left open', async () => {
  const target = await start(answer)
  const refusing = [outbound('internal', '', '127.0.0.1'), outbound('public'), outbound('internal', '', 'localhost')]
  for (const host of ['localhost', '127.0.0.1']) {
    expect((await callUrl(target.url('/', host))).status).toBe('success')
    for (const policy of refusing.slice(0, host === 'localhost' ? 3 : 2)) {
      const { error } = await callUrl(target.url('/refused', host), {}, policy)
      expect(error).toStartWith('refused by the outbound policy: ')
    }
  }
  expect(target.requests.map(({ path }) => path)).toEqual(['/', '/'])
})

test('a redirect waits for a place at its own target, and holds none at the one before', async () => {
  const second = await start(answer)
  const first = await start(({ path }, socket) => {
    const location = path === '/moved' ? `Location: ${second.url()}\r\n` : ''
    socket.write(keepingAnswer('ok', location).replace('200 OK', location ? '307 Moved' : '200 OK'))
  })
  const window = windowOfTarget(`127.0.0.1:${second.port}`)
  const places: Place[] = []
  for (let place = window.tryEnter(); place; place = window.tryEnter()) places.push(place)
  const moved = Promise.all(Array.from({ length: 40 }, () => callUrl(first.url('/moved'))))
  // The forty wait, and the first target is free for others.
  for (let n = 0; n < 5; n++) expect((await callUrl(first.url('/'))).status).toBe('success')
  expect(first.requests.filter(({ path }) => path === '/moved')).toHaveLength(40)
  expect(second.requests).toHaveLength(0)
  for (const place of places) place.leave()
  expect((await moved).map(({ status }) => status)).toEqual(Array(40).fill('success'))
  expect(second.requests).toHaveLength(40)
})

test('over TLS the certificate is checked for each name, whatever connections are open to the address', async () => {
  const child = Bun.spawn([process.execPath, `${import.meta.dir}/call-over-tls.ts`], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: `${import.meta.dir}/../support/certificates/authority.crt` },
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const unknown = 'TLS: self-signed certificate in the chain'
  const otherName = 'TLS: the certificate is for another name'
  expect(await new Response(child.stdout).json()).toEqual({
    // In this order, twice: the certificate is for the name localhost.
    errors: [null, otherName, otherName, null, otherName, otherName],
    // Calls to localhost share one connection, and nothing was sent for the other names.
    requests: [
      ['localhost', 1],
      ['localhost', 1],
      ['localhost', 1],
    ],
    openAfterTwoSeconds: 0,
    withHost: [null, otherName, otherName],
    hosts: ['app.example'],
    ofProfiles: [unknown, null, unknown],
  })
})
