import { expect, test } from 'bun:test'
import { Type } from '@sinclair/typebox'
import { Id } from '../../src/formats/schema.ts'
import { readCursor, writeCursor } from '../../src/http/cursor.ts'

const schema = Type.Object({ id: Id })
const position = { id: Bun.randomUUIDv7() }
const list = ['a service', '/tasks', { status: 'active' }]
const refusal = (cursor: string, of: readonly unknown[] = list) => {
  try {
    return readCursor(cursor, of, schema)
  } catch (error) {
    return (error as Error).message
  }
}

test('a cursor names the position that it was written for', () => {
  expect(readCursor(writeCursor(list, position), list, schema)).toEqual(position)
})

test('a cursor is refused with another filter, address or service', () => {
  const cursor = writeCursor(list, position)
  for (const other of [
    ['a service', '/tasks', { status: 'paused' }],
    ['a service', '/tasks'],
    ['another', '/tasks', { status: 'active' }],
  ])
    expect(refusal(cursor, other)).toContain('belongs to a list with other parameters')
})

test('a cursor in which one character was changed, removed or added is refused', () => {
  const cursor = writeCursor(list, position)
  for (let at = 0; at < cursor.length; at++) {
    const changed = cursor[at] === 'A' ? 'B' : 'A'
    // The last character of base64 may hold bits that say nothing.
    for (const text of [
      cursor.slice(0, at) + changed + cursor.slice(at + 1),
      cursor.slice(0, at) + cursor.slice(at + 1),
    ])
      if (Buffer.from(text, 'base64url').compare(Buffer.from(cursor, 'base64url')) !== 0)
        expect(refusal(text)).toContain('is not a next_cursor')
  }
  for (const text of ['A', 'bnVsbA', 'e30', 'W10', 'WzEsMiwzXQ'])
    expect(refusal(text)).toContain('is not a next_cursor')
})

test('a position that the list cannot have is refused, even with right hashes', () => {
  expect(refusal(writeCursor(list, { id: 'x' }))).toContain('is not a next_cursor')
  expect(refusal(writeCursor(list, null))).toContain('is not a next_cursor')
})
