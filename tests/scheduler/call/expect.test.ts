import { afterEach, expect, test } from 'bun:test'
import { type ConnectionTarget, keepingAnswer, startConnectionTarget } from '../../support/connection-target.ts'
import { callUrl, useCalls } from '../../support/outgoing-call.ts'

const { scene, send } = useCalls()
let target: ConnectionTarget | undefined
afterEach(() => target?.stop())

test('a status in the list is a success, and 2xx is none if it is not there', async () => {
  const statuses = { status: [304, '404-405'] }
  expect(await send('/404', { expect: statuses })).toMatchObject({ status: 'success', status_code: 404, error: null })
  expect(await send('/304', { expect: statuses })).toMatchObject({ status: 'success', status_code: 304 })
  expect(await send('/200', { expect: statuses })).toMatchObject({
    status: 'failed',
    status_code: 200,
    error: 'the target answered 200, expected 304 or 404-405',
    isUnexpected: true,
  })
  expect(await send('/500', { expect: statuses })).toMatchObject({ status: 'failed', isUnexpected: false })
})

test('without a list of statuses the error of another status than 2xx is the usual one', async () => {
  expect(await send('/500', { expect: { contains: 'ok' } })).toMatchObject({
    status: 'failed',
    response: 'ok',
    error: 'the target answered 500 Internal Server Error',
    isUnexpected: false,
  })
  expect((await send('/retry-after', { expect: { contains: 'ok' } })).retry_after_ms).toBe(7000)
})

test('a redirect in the list is an answer, others are followed', async () => {
  const found = { expect: { status: [302] } }
  expect(await send('/redirect?status=302', found)).toMatchObject({ status: 'success', status_code: 302 })
  expect(scene.target.sent).toHaveLength(1)
  expect(await send('/redirect?to=/redirect&status=307', found)).toMatchObject({ status: 'success', status_code: 302 })
  expect(scene.target.sent).toHaveLength(3)
  expect(await send('/redirect?status=302', { expect: { status: ['2xx'] } })).toMatchObject({
    status: 'success',
    status_code: 200,
  })
})

test('the body is judged as it is kept, and the response is kept', async () => {
  const expected = { json: [{ pointer: '/x-team', equals: 'blue' }] }
  expect(await send('/echo', { header: { 'X-Team': 'blue' }, expect: expected })).toMatchObject({ status: 'success' })
  expect(await send('/echo', { header: { 'X-Team': 'red' }, expect: expected })).toMatchObject({
    status: 'failed',
    status_code: 200,
    response: expect.stringContaining('"red"'),
    error: 'the target answered 200, but /x-team is "red", not "blue"',
    isUnexpected: true,
  })
  expect((await send('/huge', { expect: { contains: 'start' } })).status).toBe('success')
  expect((await send('/huge', { expect: { not_contains: 'end' } })).error).toContain('64 KiB')
  expect((await send('/broken-utf8', { expect: { contains: 'a\uFFFDb' } })).status).toBe('success')
})

test('an answer that broke off is a failure, even if what is expected holds for its beginning', async () => {
  target = await startConnectionTarget((_, socket) => {
    socket.write('HTTP/1.1 404 Not Found\r\nContent-Length: 100\r\n\r\ndone')
    setTimeout(() => socket.destroy(), 50)
  })
  const cut = 'the target closed the connection in the middle of its answer'
  const expected = { contains: 'done' }
  expect(await callUrl(target.url(), { expect: { ...expected, status: [404] } })).toMatchObject({
    status: 'failed',
    error: cut,
  })
  expect((await callUrl(target.url(), { expect: expected })).error).toBe(`the target answered 404 Not Found; ${cut}`)
})

test('the answer to HEAD is not waited for, whatever length it names, and its connection is kept for other calls', async () => {
  target = await startConnectionTarget(({ method }, socket) => {
    if (method === 'HEAD') socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5000\r\nX-Seen: 1\r\n\r\n')
    else socket.write(keepingAnswer('whole'))
  })
  for (let n = 0; n < 5; n++) {
    const head = await callUrl(target.url(), { method: 'HEAD', payload: 'ignored' })
    expect(head).toMatchObject({ status: 'success', status_code: 200, response_truncated: false, error: null })
    expect(head.response || null).toBeNull()
    expect(await callUrl(target.url())).toMatchObject({ status: 'success', response: 'whole' })
  }
  expect(target.counts.connections).toBe(1)
  expect(await callUrl(target.url(), { method: 'HEAD', expect: { contains: 'x' } })).toMatchObject({
    status: 'failed',
    error: 'the target answered 200, but an answer to HEAD has no body that could be checked',
  })
})

test('chunks and encodings in the headers of an answer to HEAD announce no body', async () => {
  for (const head of ['Transfer-Encoding: chunked', 'Content-Encoding: gzip\r\nContent-Length: 77']) {
    target = await startConnectionTarget((_, socket) => void socket.write(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n`))
    for (let n = 0; n < 3; n++)
      expect(await callUrl(target.url(), { method: 'HEAD' })).toMatchObject({ status: 'success', error: null })
    expect(target.counts.connections).toBe(1)
    target.stop()
  }
})
