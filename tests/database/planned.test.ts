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
