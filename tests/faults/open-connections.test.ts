import { expect, test } from 'bun:test'
import { type Answering, type ConnectionTarget, keepingAnswer } from '../support/connection-target.ts'
import { eventually } from '../support/eventually.ts'
import { outbound } from '../support/outbound.ts'
import { callUrl } from '../support/outgoing-call.ts'
import { promised } from '../support/promised.ts'
import { useConnectionTargets } from '../support/use-connection-targets.ts'

const answer: Answering = (_, socket) => void socket.write(keepingAnswer())
const after =
  (ms: number): Answering =>
  (_, socket) =>
    void setTimeout(() => socket.write(keepingAnswer()), ms)

const start = useConnectionTargets()

const burst = (count: number, url: string) => Promise.all(Array.from({ length: count }, () => callUrl(url)))
const closes = (target: ConnectionTarget, count = 0) =>
  eventually(
    () => target.open() <= count,
    () => `${target.open()} connections are open`,
    promised(2_000),
  )

test('calls one after another use one connection', async () => {
  const target = await start(answer)
  for (let n = 0; n < 50; n++) expect((await callUrl(target.url(), { method: 'POST' })).status).toBe('success')
  expect(target.counts.connections).toBe(1)
})

test('two seconds after the last call no connection is open', async () => {
  // The second target's calls take longer than connections are kept.
  const all = await Promise.all([start(answer), start(after(1_600))])
  await Promise.all(all.flatMap((target) => ['127.0.0.1', 'localhost'].map((host) => burst(40, target.url('/', host)))))
  for (const target of all) {
    expect(target.counts.mostOpen).toBeGreaterThan(0)
    await closes(target)
  }
})

test('nor when calls to the other names of an address have had all places before', async () => {
  const target = await start(after(10))
  const names = ['a', 'b', 'c', 'd'].map((name) => burst(64, target.url('/', `${name}.localhost`)))
  await Promise.all([...names, burst(8, target.url('/', 'z.localhost'))])
  await closes(target)
})

test('a call whose answer broke off, ran out of time or was redirected leaves no connection open', async () => {
  const target = await start(({ path }, socket) => {
    if (path === '/silent') return
    if (path === '/half') socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf')
    else if (path === '/moved') socket.write('HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 2\r\n\r\nok')
    else if (path === '/large') socket.write(keepingAnswer('x'.repeat(300_000)))
    else socket.write(keepingAnswer())
  })
  const paths = ['/silent', '/half', '/moved', '/large', '/']
  const outcomes = await Promise.all(paths.map((path) => callUrl(target.url(path), { timeoutMs: 700 })))
  expect(outcomes.map(({ status }) => status)).toEqual(['failed', 'failed', 'success', 'success', 'success'])
  await closes(target)
})

test('after a burst, connections that are not needed are closed while single calls go on', async () => {
  const target = await start(after(20))
  await burst(500, target.url())
  expect(target.counts.mostOpen).toBeGreaterThan(8)
  const opened = target.counts.connections
  let trickles = true
  const trickle = (async () => {
    for (; trickles; await Bun.sleep(300)) expect((await callUrl(target.url())).status).toBe('success')
  })()
  await closes(target, 1)
  trickles = false
  await trickle
  // No more than a pause of this machine explains.
  expect(target.counts.connections).toBeLessThan(opened + 5)
  await closes(target)
})

test('with OUTBOUND_KEEPALIVE=false each call has a connection of its own, which it does not offer to keep', async () => {
  const target = await start(answer)
  const policy = outbound('internal', '', '', false)
  for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'])
    for (const host of ['127.0.0.1', 'localhost']) {
      const { status } = await callUrl(target.url('/', host), { method }, policy)
      expect(status).toBe('success')
    }
  expect(target.counts.connections).toBe(10)
  for (const { head } of target.requests) expect(head).not.toMatch(/^connection: *keep-alive/im)
  await closes(target)
})
