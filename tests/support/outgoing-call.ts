import { afterAll, beforeAll, beforeEach } from 'bun:test'
import { call, type OutgoingCall } from '../../src/scheduler/call/call.ts'
import { SecretNames } from '../../src/secrets/names.ts'
import { outbound } from './outbound.ts'
import { Target } from './target.ts'

export const policy = outbound()

/** Calls a URL as a task without headers and payload would. @param more what the call has besides */
export function callUrl(url: string, more: Partial<OutgoingCall> = {}, by = policy) {
  return call(by, {
    method: 'GET',
    url,
    header: {},
    payload: null,
    identity: { 'Idempotency-Key': 'slot', 'Duly-Task-Id': 'task' },
    staysWithOrigin: (name) => new SecretNames([]).has(name),
    timeoutMs: 2000,
    ...more,
  })
}

/**
 * Gives the tests of a file a target, and a function that calls it.
 * @returns the target, which forgets what was sent before each test, and \`send\`, which calls a path of it or another URL
 */
export function useCalls() {
  const scene = { target: undefined as unknown as Target }
  beforeAll(() => {
    scene.target = new Target()
  })
  afterAll(() => scene.target.stop())
  beforeEach(() => {
    scene.target.sent.length = 0
  })
  const send = (path: string, more: Partial<OutgoingCall> = {}) =>
    callUrl(path.startsWith('http') ? path : scene.target.url(path), more)
  return { scene, send }
}
