import { expect, test } from 'bun:test'
import type { Socket } from 'node:net'
import { startConnectionTarget } from '../../support/connection-target.ts'
import { callUrl } from '../../support/outgoing-call.ts'

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n'
const other = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nother'
/** Sends one text, and a moment later another. */
const then = (first: string, second: string) => (socket: Socket) => {
  socket.write(first)
  setTimeout(() => socket.write(second), 5)
}
const write = (text: string) => (socket: Socket) => void socket.write(text)

/** Answers with bytes that belong to no answer, and how the call to which they are given ends. */
const answers: Record<string, readonly [(socket: Socket) => void, object]> = {
  'more bytes than its Content-Length': [write(`${ok}more`), { response: 'ok' }],
  'a line end after its body': [write(`${ok}\r\n`), { response: 'ok' }],
  'a second answer': [write(ok + other), { response: 'ok' }],
  'a second answer in the segment of the last byte': [then(ok.slice(0, -1), `k${other}`), { response: 'ok' }],
  'a second answer a moment later': [then(ok, other), { response: 'ok' }],
  'nonsense a moment later': [then(ok, 'nonsense\r\n\r\n'), { response: 'ok' }],
  'a second answer after its chunks': [write(`${chunked}0\r\n\r\n${other}`), { response: 'ok' }],
  'a second answer after its trailers': [write(`${chunked}0\r\nTrailer: 1\r\n\r\n${other}`), { response: 'ok' }],
  'a second answer with its last chunk, a moment later': [then(chunked, `0\r\n\r\n${other}`), { response: 'ok' }],
  'chunks and a Content-Length': [
    write(`HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n${other}`),
    { response: 'ok' },
  ],
  'two Content-Lengths': [
    write(`HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 40\r\n\r\nok${other}`),
    { status: 'failed' },
  ],
  'a body after 204': [write(`HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nother`), { status_code: 204 }],
  'a second answer after 204': [write(`HTTP/1.1 204 No Content\r\n\r\n${other}`), { status_code: 204 }],
  'a second answer a moment after 204': [then('HTTP/1.1 204 No Content\r\n\r\n', other), { status_code: 204 }],
  'a body a moment after 304': [
    then(`HTTP/1.1 304 Not Modified\r\nContent-Length: ${other.length}\r\n\r\n`, other),
    { status_code: 304 },
  ],
  'a second answer after an empty body': [
    write(`HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n${other}`),
    { status: 'success' },
  ],
  '100 Continue before it': [write(`HTTP/1.1 100 Continue\r\n\r\n${ok}`), { response: 'ok' }],
  '103 Early Hints before it': [write(`HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${ok}`), { response: 'ok' }],
  '100 Continue after it': [write(`${ok}HTTP/1.1 100 Continue\r\n\r\n`), { response: 'ok' }],
  '100 Continue a moment later': [then(ok, 'HTTP/1.1 100 Continue\r\n\r\n'), { response: 'ok' }],
  'a redirect, and a second answer': [
    write(`HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 2\r\n\r\nok${other}`),
    { response: '/next' },
  ],
}

test('what a target sends besides an answer is never the answer to another call', async () => {
  const names = Object.keys(answers)
  // Each on a target of its own, side by side.
  await Promise.all(
    names.map(async (name) => {
      const [give, expected] = answers[name] as (typeof answers)[string]
      const target = await startConnectionTarget(({ path }, socket) => {
        if (path === '/given') give(socket)
        else socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${path.length}\r\n\r\n${path}`)
      })
      // What arrives after the next request has been sent is the answer to that, as far as any client can tell.
      const pauses = name.includes('moment') ? [60] : [0, 60]
      for (const method of ['GET', 'POST'])
        for (const pause of pauses) {
          const given = await callUrl(target.url('/given'), { method })
          expect([name, given]).toEqual([name, expect.objectContaining(expected)])
          await Bun.sleep(pause)
          for (const path of ['/a', '/b', '/c']) {
            const { status, response } = await callUrl(target.url(path), { method })
            expect([name, method, pause, status, response]).toEqual([name, method, pause, 'success', path])
          }
        }
      target.stop()
    }),
  )
})
