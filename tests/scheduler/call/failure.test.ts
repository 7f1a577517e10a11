import { expect, test } from 'bun:test'
import { createServer } from 'node:net'
import { call, type OutgoingCall } from '../../../src/scheduler/call/call.ts'
import { describeFailure } from '../../../src/scheduler/call/failure.ts'
import { policy, useCalls } from '../../support/outgoing-call.ts'

const { scene, send } = useCalls()

test('connection refused, hang-up and not HTTP each have a sentence', async () => {
  const server = createServer((socket) => {
    socket.once('data', (data) =>
      data.includes('/hang-up') ? socket.destroy() : socket.end('hello, this is not HTTP\r\n\r\n'),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  expect(await send(`http://127.0.0.1:${port}/hang-up`)).toMatchObject({
    status: 'failed',
    error: 'the target closed the connection without an answer',
  })
  expect(await send(`http://127.0.0.1:${port}/nonsense`)).toMatchObject({
    status: 'failed',
    error: expect.stringMatching(/^the target did not answer with HTTP, or /),
  })
  server.close()
  expect(await send('http://127.0.0.1:1/')).toMatchObject({ status: 'failed', error: 'connection refused' })
})

test('names and certificates that fail have a sentence each', () => {
  expect(describeFailure({ code: 'DNS_ENOTFOUND' })).toBe('DNS: no such host')
  expect(describeFailure({ code: 'DNS_ESERVFAIL' })).toMatch(/^DNS: the name server cannot tell/)
  expect(describeFailure({ code: 'DNS_EOTHER' })).toBe('DNS: EOTHER')
  expect(describeFailure({ code: 'CERT_HAS_EXPIRED' })).toBe('TLS: certificate expired')
  expect(describeFailure(new Error('anything of the inside'))).toBe('the call failed')
})

const unreadable = new Proxy(
  {},
  {
    get() {
      throw new Error('not to be read')
    },
    getPrototypeOf() {
      throw new Error('not to be asked')
    },
  },
)
const thrown: [string, unknown][] = [
  ['a DOMException', new DOMException('The operation timed out.', 'TimeoutError')],
  ['a code that is a number', { code: 23 }],
  ['a code that every object has', { code: 'constructor' }],
  ['a symbol as its code', { code: Symbol('x'), message: Symbol('y') }],
  ['undefined', undefined],
  ['null', null],
  ['a text', 'text'],
  ['a symbol', Symbol('z')],
  ['what cannot be read', unreadable],
  ['no object of a class', Object.create(null)],
]

test.each(thrown)('whatever is thrown, the call has an outcome: %s', async (_, reason) => {
  const controller = new AbortController()
  const throwing = Object.create(policy, {
    blockReasonForUrl: {
      value: () => {
        throw reason
      },
    },
  })
  const outgoing: OutgoingCall = {
    method: 'GET',
    url: scene.target.url(),
    header: {},
    payload: null,
    staysWithOrigin: () => false,
    identity: {},
    timeoutMs: 2000,
  }
  for (const outcome of [await call(throwing, outgoing, controller), await aborted(outgoing, reason)]) {
    expect(outcome).toMatchObject({ status: 'failed', status_code: null })
    expect(outcome.error).toMatch(/^the (call failed|connection was silent)/)
  }
})

function aborted(outgoing: OutgoingCall, reason: unknown) {
  const controller = new AbortController()
  setTimeout(() => controller.abort(reason ?? {}), 20)
  return call(policy, { ...outgoing, url: scene.target.url('/slow?ms=5000') }, controller)
}
