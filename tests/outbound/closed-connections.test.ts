import { afterEach, expect, test } from 'bun:test'
import {
  type Answering,
  type ConnectionTarget,
  keepingAnswer,
  startConnectionTarget,
} from '../support/connection-target.ts'
import { callUrl } from '../support/outgoing-call.ts'

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
const closed = 'the target closed the connection without an answer'

let target: ConnectionTarget
const start = async (answering: Answering) => {
  target = await startConnectionTarget(answering)
}
afterEach(() => target.stop())

/** Makes this many calls, so many at a time, and returns the errors of those that failed. */
async function callAll(method: string, count: number, atOnce: number): Promise<string[]> {
  const errors: string[] = []
  let next = 0
  const loop = async () => {
    while (next < count) {
      const identity = { 'Duly-Execution-Id': String(next++) }
      const { error } = await callUrl(target.url(), { method, payload: '{"a":1}', identity })
      if (error !== null) errors.push(error)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, loop))
  return errors
}

const ends: Record<string, Answering> = {
  'closes it': (_, socket) => void socket.end(),
  'resets it': (_, socket) => void socket.resetAndDestroy(),
  'closes it within the status line': (_, socket) => void socket.end('HTTP/1.1 2'),
}
for (const [name, end] of Object.entries(ends))
  test(`a target that reads a second request on a connection and ${name}: no call fails, and each arrives twice at most`, async () => {
    await start((request, socket) => {
      if (request.nth === 1) socket.write(keepingAnswer())
      else end(request, socket)
    })
    for (const method of methods)
      for (const atOnce of [1, 8, 32]) {
        target.requests.length = 0
        expect(await callAll(method, 100, atOnce)).toEqual([])
        const arrivals = [...target.byExecution().values()].map((requests) => requests.length)
        expect(arrivals).toHaveLength(100)
        expect(Math.max(...arrivals)).toBeLessThanOrEqual(2)
        expect(target.requests.filter((request) => request.body !== (method === 'GET' ? '' : '{"a":1}'))).toEqual([])
      }
  })

test('a target that closes each connection without an answer: every call fails, and each arrives once', async () => {
  await start((_, socket) => void socket.end())
  for (const method of methods)
    for (const atOnce of [1, 16]) {
      target.requests.length = 0
      expect(new Set(await callAll(method, 50, atOnce))).toEqual(new Set([closed]))
      expect([...target.byExecution().values()].map((requests) => requests.length)).toEqual(Array(50).fill(1))
    }
})

test('a call that is sent again on a new connection fails as that one does', async () => {
  let answered = 0
  await start((_, socket) => {
    if (answered++ === 0) socket.write(keepingAnswer())
    else socket.end()
  })
  for (const method of methods) {
    answered = 0
    target.requests.length = 0
    expect(await callAll(method, 2, 1)).toEqual([closed])
    // The first call, the second one on its connection, and that again on a new one.
    expect(target.requests.map((request) => request.execution)).toEqual(['0', '1', '1'])
  }
})
