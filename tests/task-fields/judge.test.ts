import { expect, test } from 'bun:test'
import { Value } from '@sinclair/typebox/value'
import fc from 'fast-check'
import { checkExpect, Expect } from '../../src/task-fields/expect.ts'
import { judge, listsStatus } from '../../src/task-fields/judge.ts'
import { expectWork, workSoFar } from '../support/promised.ts'

const answered = (text: string | null, status = 200, more: { truncated?: boolean; isHead?: boolean } = {}) => ({
  status,
  text,
  truncated: false,
  isHead: false,
  ...more,
})
const rule = (pointer: string, operator: object): Expect => ({ json: [{ pointer, ...operator }] })
const numbers = '{"n": 3, "f": 1.0, "s": "3", "big": 1e400, "long": 9007199254740993, "zero": -0, "null": null}'
const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)

test.each<[Expect, string | null, number?]>([
  [{}, null],
  [{ status: ['2xx'] }, '', 204],
  [{ status: [304] }, null, 304],
  [{ status: ['2xx', 304, '400-404'] }, '', 400],
  [{ status: ['400-404'] }, '', 404],
  [{ contains: 'done' }, 'all done'],
  [{ contains: ['a', 'b'] }, 'ab'],
  [{ not_contains: 'ERROR' }, 'error'],
  [{ not_contains: ['x', 'y'] }, ''],
  [{ not_contains: 'x' }, null, 204],
  [rule('/status', { equals: 'ok' }), '{"status": "ok"}'],
  [rule('', { equals: [] }), ' [] '],
  [rule('', { equals: 'ok' }), '"ok"'],
  [rule('/a~1b/m~0n', { equals: 1 }), '{"a/b": {"m~n": 1}}'],
  [rule('/~01', { equals: 1 }), '{"~1": 1}'],
  [rule('/', { equals: 1 }), '{"": 1}'],
  [rule('/a/1', { equals: 2 }), '{"a": [1, 2]}'],
  [rule('/x', { equals: { b: [1], a: null } }), '{"x": {"a": null, "b": [1]}}'],
  [rule('/n', { equals: 3.0 }), numbers],
  [rule('/f', { equals: 1 }), numbers],
  [rule('/zero', { equals: 0 }), numbers],
  [rule('/null', { equals: null }), numbers],
  [rule('/null', { present: true }), numbers],
  [rule('/n', { not_equals: 4 }), numbers],
  [rule('/s', { not_equals: 3 }), numbers],
  [rule('/x', { absent: true }), numbers],
  [rule('/n', { at_least: 3 }), numbers],
  [rule('/n', { at_most: 3 }), numbers],
  [rule('/big', { at_least: 1e308 }), numbers],
  [rule('/long', { at_least: 9007199254740991 }), numbers],
  [rule('/__proto__', { absent: true }), '{}'],
  [rule('/__proto__/x', { equals: 1 }), '{"__proto__": {"x": 1}}'],
  [rule('/toString', { absent: true }), '{}'],
  [rule('/length', { absent: true }), '[1]'],
  [rule('/a', { equals: 2 }), '{"a": 1, "a": 2}'],
  [rule('', { present: true }), nested(100)],
  [rule('/x', { equals: '[[' }), `{"x": "[["}`],
])('%j holds for %j', (expected, text, status = 200) => {
  expect(judge(expected, answered(text, status))).toBeUndefined()
})

test.each<[Expect, string | null, string, number?]>([
  [{ status: [200] }, '', 'the target answered 204, expected 200', 204],
  [{ status: ['2xx', 304, '400-404'] }, '', 'the target answered 405, expected 2xx, 304 or 400-404', 405],
  [{ status: [304] }, '', 'the target answered 200, expected 304'],
  [{ contains: 'x' }, '', 'the target answered 500, expected 2xx', 500],
  [{ contains: 'done' }, 'all', 'the target answered 200, but its body does not contain "done"'],
  [{ contains: ['a', 'b'] }, 'a', 'the target answered 200, but its body does not contain "b"'],
  [{ contains: 'x' }, null, 'the target answered 204, but its body is empty and does not contain "x"', 204],
  [{ not_contains: ['a', 'ERROR'] }, 'ERROR', 'the target answered 200, but its body contains "ERROR"'],
  [
    rule('/status', { equals: 'ok' }),
    '{"status": "error"}',
    'the target answered 200, but /status is "error", not "ok"',
  ],
  [rule('/status', { equals: 'ok' }), '{}', 'the target answered 200, but /status is absent, not "ok"'],
  [rule('', { equals: 'ok' }), '[]', 'the target answered 200, but the document is [], not "ok"'],
  [rule('/n', { equals: '3' }), numbers, 'the target answered 200, but /n is 3, not "3"'],
  [rule('/big', { equals: 1 }), numbers, 'the target answered 200, but /big is a number beyond 1.8e308, not 1'],
  [rule('/x', { equals: [1, 2] }), '{"x": [2, 1]}', 'the target answered 200, but /x is [2,1], not [1,2]'],
  [rule('/x', { equals: {} }), '{"x": []}', 'the target answered 200, but /x is [], not {}'],
  [rule('/n', { not_equals: 3 }), numbers, 'the target answered 200, but /n is 3, and must have another value'],
  [
    rule('/x', { not_equals: 3 }),
    numbers,
    'the target answered 200, but /x is absent, and must have a value other than 3',
  ],
  [rule('/e', { absent: true }), '{"e": ["x"]}', 'the target answered 200, but /e is ["x"], and must be absent'],
  [rule('/null', { absent: true }), numbers, 'the target answered 200, but /null is null, and must be absent'],
  [rule('/x', { present: true }), numbers, 'the target answered 200, but /x is absent'],
  [rule('/n', { at_least: 4 }), numbers, 'the target answered 200, but /n is 3, not a number from 4 on'],
  [rule('/s', { at_least: 1 }), numbers, 'the target answered 200, but /s is "3", not a number from 1 on'],
  [rule('/n', { at_most: 2 }), numbers, 'the target answered 200, but /n is 3, not a number up to 2'],
  [rule('/x', { at_most: 2 }), numbers, 'the target answered 200, but /x is absent, not a number up to 2'],
  [rule('/a/01', { present: true }), '{"a": [1, 2]}', 'the target answered 200, but /a/01 is absent'],
  [rule('/a/-', { present: true }), '{"a": [1, 2]}', 'the target answered 200, but /a/- is absent'],
  [rule('/__proto__', { present: true }), '{}', 'the target answered 200, but /__proto__ is absent'],
  [rule('/x', { present: true }), '', 'the target answered 200, but its body is empty, so /x cannot be checked'],
  [rule('/x', { absent: true }), 'no', 'the target answered 200, but its body is not JSON, so /x cannot be checked'],
  [
    rule('', { present: true }),
    nested(101),
    'the target answered 200, but its JSON is nested deeper than 100 levels, so the document cannot be checked',
  ],
  [rule('x', { absent: true }), '{}', 'the target answered 200, but "x" is not a JSON pointer'],
  [rule('/~2', { absent: true }), '{}', 'the target answered 200, but "/~2" is not a JSON pointer'],
])('%j fails for %j: %s', (expected, text, error, status = 200) => {
  expect(judge(expected, answered(text, status))).toBe(error)
})

test('what is beyond the part that is kept cannot be checked, except a text that the part contains', () => {
  const cut = answered('{"status": "ok", "x', 200, { truncated: true })
  expect(judge({ contains: 'ok' }, cut)).toBeUndefined()
  expect(judge({ contains: 'no' }, cut)).toBe(
    'the target answered 200, but its body is longer than the 64 KiB that are checked, and these do not contain "no"',
  )
  expect(judge({ not_contains: 'no' }, cut)).toContain('64 KiB that are checked, so it may contain "no"')
  expect(judge(rule('/status', { equals: 'ok' }), cut)).toContain(
    '64 KiB that are checked, so /status cannot be checked',
  )
})

test('an answer to HEAD has no body: what is expected of it fails, and a status is accepted', () => {
  const head = answered('', 200, { isHead: true })
  expect(judge({ status: [200] }, head)).toBeUndefined()
  for (const expected of [{ contains: 'x' }, { not_contains: 'x' }, rule('/x', { absent: true })])
    expect(judge(expected, head)).toBe(
      'the target answered 200, but an answer to HEAD has no body that could be checked',
    )
})

test('a value is quoted with at most 100 characters that can be printed, and secrets are hidden before it is cut', () => {
  const secret = 'geheim-geheim'
  const hide = (text: string) => text.replaceAll(secret, '********')
  const quotedIn = (value: string) =>
    judge(rule('/v', { equals: 1 }), answered(JSON.stringify({ v: value })), hide)?.match(/is "(.*)/)?.[1] ?? ''
  expect(quotedIn(`a\u0000\u202eb\u200bc`)).toBe('a\\u0000 b c", not 1')
  expect(quotedIn('😀'.repeat(200))).toBe(`${'😀'.repeat(99)}…, not 1`)
  expect(quotedIn(`${'x'.repeat(95)}${secret}`)).toBe(`${'x'.repeat(95)}****…, not 1`)
})

test('what another version of Duly has written and this one does not know is a failure', () => {
  const notUnderstood = 'what the task expects cannot be understood by this version of Duly'
  for (const unknown of [
    { header: {} },
    { contains: 1 },
    { contains: [1] },
    { json: {} },
    { json: [null] },
    { json: [{ pointer: '/x' }] },
    { json: [{ pointer: 1, equals: 1 }] },
    { json: [{ pointer: '/x', matches: '.*' }] },
    { json: [{ pointer: '/x', equals: 1, present: true }] },
    { json: [{ pointer: '/x', absent: false }] },
    { json: [{ pointer: '/x', at_least: '1' }] },
    { status: ['2xx'], later: true },
    'text',
    1,
  ])
    expect([unknown, judge(unknown, answered('{}'))]).toEqual([unknown, expect.stringContaining(notUnderstood)])
  for (const status of ['2xx', {}, 1, [{}], [null]])
    expect(judge({ status }, answered('{}'))).toMatch(/cannot be understood|, expected/)
})

test('never throws, whatever the answer and whatever is expected', () => {
  const texts = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('utf8')),
    fc.json({ maxDepth: 5 }),
    fc.string({ unit: fc.constantFrom('[', ']', '{', '}', '"', '\\', ':', ',', '1', 'e', '-', '~', '/') }),
    fc.constant(null),
  )
  const part = fc.constantFrom('', 'a', '0', '-', '__proto__', 'constructor', '~0', '~1', '~', 'length')
  const pointers = fc.array(part, { maxLength: 5 }).map((parts) => parts.map((one) => `/${one}`).join(''))
  const operator = fc.constantFrom('equals', 'not_equals', 'absent', 'present', 'at_least', 'at_most', 'other')
  const rules = fc.array(
    fc.tuple(pointers, operator, fc.jsonValue()).map(([pointer, name, value]) => ({ pointer, [name]: value })),
  )
  const expected = fc.oneof(
    fc.record(
      {
        status: fc.oneof(fc.array(fc.oneof(fc.integer(), fc.string())), fc.jsonValue()),
        contains: fc.oneof(fc.string(), fc.jsonValue()),
        not_contains: fc.oneof(fc.array(fc.string()), fc.jsonValue()),
        json: fc.oneof(rules, fc.jsonValue()),
      },
      { requiredKeys: [] },
    ),
    rules.map((json) => ({ json })),
    fc.anything(),
  )
  fc.assert(
    fc.property(expected, texts, fc.integer({ min: 100, max: 999 }), fc.boolean(), (what, text, status, truncated) => {
      const fault = judge(what, answered(text, status, { truncated }))
      expect(fault === undefined || fault.length > 0).toBe(true)
      expect(typeof listsStatus(what, status)).toBe('boolean')
    }),
    { numRuns: 3000 },
  )
})

test('whatever a request may say is understood when it is judged', () => {
  const pointers = fc
    .array(fc.string({ maxLength: 8 }), { maxLength: 4 })
    .map((parts) => parts.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''))
  const texts = fc.string({ minLength: 1, maxLength: 20 })
  const operators = fc.oneof(
    fc.record({ equals: fc.jsonValue({ maxDepth: 3 }) }),
    fc.record({ not_equals: fc.jsonValue({ maxDepth: 3 }) }),
    fc.constantFrom({ absent: true }, { present: true }),
    fc.record({ at_least: fc.double({ noNaN: true, noDefaultInfinity: true }) }),
    fc.record({ at_most: fc.integer() }),
  )
  const expected = fc.record(
    {
      status: fc.array(fc.constantFrom(204, '2xx', '400-404'), { minLength: 1, maxLength: 10 }),
      contains: fc.oneof(texts, fc.array(texts, { minLength: 1, maxLength: 5 })),
      not_contains: fc.oneof(texts, fc.array(texts, { minLength: 1, maxLength: 5 })),
      json: fc.array(
        fc.tuple(pointers, operators).map(([pointer, operator]) => ({ pointer, ...operator })),
        { minLength: 1, maxLength: 5 },
      ),
    },
    { requiredKeys: [] },
  )
  let accepted = 0
  fc.assert(
    fc.property(expected, fc.json(), (what, text) => {
      if (!Value.Check(Expect, what) || checkExpect(what).length > 0) return
      accepted++
      const fault = judge(what, answered(text)) ?? ''
      expect(fault).not.toContain('cannot be understood')
      expect(fault).not.toContain('is not a JSON pointer')
    }),
    { numRuns: 2000 },
  )
  expect(accepted).toBeGreaterThan(500)
})

test('a hostile body is judged in no time', () => {
  const members = `{${Array.from({ length: 8_000 }, (_, n) => `"${n}":1`).join(',')}}`.slice(0, 65_536)
  const began = workSoFar()
  for (const text of [
    '['.repeat(65_536),
    '{"a":'.repeat(13_000),
    members,
    `"${'\\\\'.repeat(32_000)}"`,
    '"'.repeat(65_536),
  ])
    judge(rule('/a/b', { equals: { a: 1 } }), answered(text))
  expectWork(500, began)
})
