import { afterAll, beforeAll, expect, test } from 'bun:test'
import { call } from '../../../src/scheduler/call/call.ts'
import { parseHttpDate, readRetryAfter } from '../../../src/scheduler/call/retry-after.ts'
import { outbound } from '../../support/outbound.ts'
import { answer, startRawTarget } from '../../support/raw-target.ts'

const latin1 = (text: string) => Buffer.from(text, 'latin1')
const withType = (type: string, bytes: Buffer) => answer(`200 OK\r\nContent-Type: ${type}`, bytes)
const fields = Array.from({ length: 300 }, (_, n) => `X-${n}: a`).join('\r\n')
const utf8 = (text: string) => Buffer.from(text).toString('latin1')

let target: Awaited<ReturnType<typeof startRawTarget>>
beforeAll(async () => {
  target = await startRawTarget({
    '/to-utf8': answer(`302 Found\r\nLocation: ${utf8('/é?x=€')}`),
    '/%C3%A9?x=%E2%82%AC': answer('200 OK', 'utf-8'),
    '/to-latin1': answer('302 Found\r\nLocation: /\xe9'),
    '/%E9': answer('200 OK', 'latin1'),
    '/to-two': answer('307 Go\r\nLocation: /a\r\nLocation: /b'),
    '/to-same': answer('307 Go\r\nLocation: /a\r\nLocation: /a'),
    '/a': answer('200 OK', 'a'),
    '/to-none': answer('307 Go\r\nLocation:'),
    '/to-fragment': answer('307 Go\r\nLocation: #part'),
    '/300-fields': answer(`200 OK\r\n${fields}`),
    '/folded': answer('200 OK\r\nX-A: a\r\n b'),
    '/latin1': withType('text/plain; charset=iso-8859-1', latin1('caf\xe9')),
    '/quoted': withType('text/plain;format=flowed;Charset="windows-1252"', latin1('\x80 5')),
    '/sjis': withType('text/html; charset=Shift_JIS', Buffer.from('93fa967b', 'hex')),
    '/utf-16': withType('text/plain; charset=utf-16', Buffer.from('日本', 'utf16le')),
    '/mark': withType('text/plain; charset=iso-8859-1', Buffer.from('\uFEFFé')),
    '/mark-16': answer('200 OK', Buffer.from('\uFEFFé', 'utf16le')),
    '/unknown': withType('text/plain; charset=klingon', Buffer.from('é')),
    '/long-latin1': withType('text/plain; charset=iso-8859-1', Buffer.alloc(70_000, 0xe9)),
  })
})
afterAll(() => target.stop())

const send = (path: string, method = 'GET') =>
  call(outbound(), {
    method,
    url: target.url + path,
    header: {},
    payload: null,
    identity: {},
    staysWithOrigin: () => false,
    timeoutMs: 3_000,
  })

test('bytes beyond ASCII in a Location stay the bytes they are', async () => {
  expect((await send('/to-utf8')).response).toBe('utf-8')
  expect((await send('/to-latin1')).response).toBe('latin1')
})

test('several Locations that differ are not followed; equal ones are', async () => {
  target.requests.length = 0
  expect(await send('/to-two')).toMatchObject({ status: 'failed', error: 'redirect to more than one address' })
  expect(target.requests).toHaveLength(1)
  expect((await send('/to-same')).response).toBe('a')
})

test('a Location that names no address repeats nothing', async () => {
  target.requests.length = 0
  for (const path of ['/to-none', '/to-fragment'])
    expect(await send(path, 'POST')).toMatchObject({
      status_code: 307,
      error: 'the target answered 307 Go, with a Location that names no address',
    })
  expect(target.requests).toHaveLength(2)
})

test('header fields that cannot be read are named among the causes', async () => {
  for (const path of ['/300-fields', '/folded'])
    expect((await send(path)).error).toMatch(/more than 256 header fields or a folded header line/)
})

test('an answer is decoded by its charset', async () => {
  const texts = {
    latin1: 'café',
    quoted: '€ 5',
    sjis: '日本',
    'utf-16': '日本',
    mark: 'é',
    'mark-16': 'é',
    unknown: 'é',
  }
  for (const [path, text] of Object.entries(texts)) expect((await send(`/${path}`)).response).toBe(text)
  expect((await send('/long-latin1')).response).toBe('é'.repeat(65_536))
})

const inHeaders = (value: string, date = 'Sun, 06 Nov 1994 08:49:30 GMT') =>
  readRetryAfter(new Headers({ 'Retry-After': value, Date: date }))

test.each(['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])(
  'Retry-After and Date are read in all forms of an HTTP date, as GMT: %s',
  (date) => {
    expect(inHeaders(date)).toBe(7_000)
    expect(inHeaders('Sun, 06 Nov 1994 08:49:47 GMT', date)).toBe(10_000)
  },
)

test('what is no time is none; a date without one beside it counts from now', () => {
  for (const value of [
    'soon',
    '',
    '-5',
    '1.5',
    '1994-11-06T08:49:37Z',
    'Thu, 31 Feb 1994 08:49:37 GMT',
    'Sun Foo  6 08:49:37 1994',
  ])
    expect(inHeaders(value)).toBeNull()
  const ms = inHeaders(new Date(Date.now() + 60_000).toUTCString(), 'no date')
  expect(ms).toBeGreaterThan(55_000)
  expect(ms).toBeLessThanOrEqual(60_000)
})

test('a year of two digits is within fifty years of this one', () => {
  const year = (digits: string) =>
    new Date(parseHttpDate(`Sunday, 06-Nov-${digits} 08:49:37 GMT`, new Date('2026-06-01T00:00:00Z'))).getUTCFullYear()
  expect([year('94'), year('77'), year('76'), year('26')]).toEqual([1994, 1977, 2076, 2026])
})
