import { expect, test } from 'bun:test'
import { joinByHash, readPruned } from '../../src/database/planned.ts'
import { sql } from '../support/database.ts'

test('the planner settings of a transaction apply to its first statement', async () => {
  const [pruned] = await readPruned(
    sql,
    async (own) => await own`select current_setting('enable_partition_pruning') as pruning`,
  )
  expect(pruned).toEqual({ pruning: 'on' })
  const [hashed] = await joinByHash(sql, async (own) => await own`select current_setting('enable_nestloop') as loops`)
  expect(hashed).toEqual({ loops: 'off' })
  const [after] = await sql`select current_setting('enable_nestloop') as loops`
  expect(after).toEqual({ loops: 'on' })
})

test('a transaction that a deadlock has rolled back is done again, as a statement is', async () => {
  let attempts = 0
  const [row] = await joinByHash(sql, async (own) => {
    if (++attempts === 1) await own`do $$ begin raise exception 'deadlock' using errcode = '40P01'; end $$`
    return await own`select 1 as one`
  })
  expect([row, attempts]).toEqual([{ one: 1 }, 2])
})
