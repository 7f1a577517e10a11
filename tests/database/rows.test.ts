import { expect, test } from 'bun:test'
import { rows } from '../../src/database/rows.ts'
import { sql } from '../support/database.ts'

test('a value that a row lacks is passed as null, beside rows that have it', async () => {
  const list = [{ name: 'a', size: 1 }, { name: 'b' }, { size: undefined }]
  const passed = await sql`select * from ${rows(sql, list, 'row', { name: 'text', size: 'integer' })}`
  expect([...passed]).toEqual([
    { name: 'a', size: 1 },
    { name: 'b', size: null },
    { name: null, size: null },
  ])
})

test('a value that a function does not give is passed as null', async () => {
  const header: ['text', (row: { header?: object }) => unknown] = ['text', (row) => row.header && 'some']
  const passed = await sql`select * from ${rows(sql, [{ header: {} }, {}], 'row', { header })}`
  expect([...passed]).toEqual([{ header: 'some' }, { header: null }])
})
