import { beforeAll, expect, test } from 'bun:test'
import type { Sql } from '../../../src/database/sql.ts'
import type { Filter } from '../../../src/executions/search/filter.ts'
import { search } from '../../../src/executions/search/search.ts'
import { freshTables, sql } from '../../support/database.ts'
import { insertService, insertTask } from '../../support/rows.ts'

/** Failures of the service, over twenty days. */
const failures = 60_000
let service_id: string
let busy: string
let former: string
let rare: string

beforeAll(async () => {
  await freshTables()
  service_id = await insertService()
  busy = (await insertTask({ service_id, status: 'paused' })).id
  former = (await insertTask({ service_id, status: 'paused' })).id
  rare = (await insertTask({ service_id, status: 'paused' })).id
  await sql`
    insert into failed_execution (service_id, created_at, failed_at, id, task_id, reason, settled)
    select ${service_id}, now() - n * interval '30 seconds', now() - n * interval '30 seconds', gen_random_uuid(),
      case when n in (50000, 55000) then ${rare}::uuid when n > 30000 then ${former}::uuid else ${busy}::uuid end,
      case when n = 58000 then 99 when n > 30000 then 50 else n % 5 end, true
    from generate_series(1, ${failures}::integer) n`
  await sql`
    insert into failure_reason (service_id, reason, status_code, error)
    select ${service_id}, n, 500 + n, 'error ' || n
    from unnest(array[0, 1, 2, 3, 4, 50, 99]) n`
  // As statistics are in whose sample the rare task does not occur.
  await sql`alter table failed_execution alter column task_id set (n_distinct = 1)`
  await sql`vacuum (analyze) failed_execution`
})

/** How many rows a search reads in tables, and how many it finds. */
async function reads(filter: Omit<Filter, 'serviceId'>, limit = 100) {
  const readSoFar = async (own: Sql): Promise<number> => {
    const [row] = await own<{ reads: number }[]>`
      select sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::integer as reads
      from pg_stat_xact_user_tables
      where relname like '%execution%'`
    return row?.reads ?? Number.NaN
  }
  return sql.begin(async (transaction) => {
    const own = transaction as unknown as Sql
    await own.unsafe('set local enable_partition_pruning = on; set local plan_cache_mode = force_custom_plan').simple()
    const before = await readSoFar(own)
    const { keys } = await search(own, { serviceId: service_id, ...filter }, undefined, limit)
    return { found: keys.length, read: (await readSoFar(own)) - before }
  })
}

const statuses = ['failed'] as const
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString()
/** What is looked through before an index of tasks or reasons is used. */
const lookedThrough = 20_000

test('the newest failures are read and no others, with a filter that many match and with none', async () => {
  expect(await reads({ statuses })).toEqual({ found: 100, read: 100 })
  expect((await reads({ statuses, text: 'error 3' })).read).toBeLessThan(1_000)
  expect((await reads({ statuses, from: minutesAgo(20_010), to: minutesAgo(20_000) })).read).toBeLessThan(50)
})

test('a filter that few failures match, or none, reads not much more than what is looked through first', async () => {
  for (const [filter, found] of [
    [{ text: 'no such text' }, 0],
    [{ statusCode: 599 }, 1],
    [{ taskId: rare }, 2],
    [{ taskId: rare, text: 'error 99' }, 0],
  ] as const) {
    const result = await reads({ statuses, ...filter })
    expect([filter, result.found]).toEqual([filter, found])
    expect(result.read).toBeLessThan(lookedThrough + 1_000)
  }
})

test('of a task or reason with many failures long ago, the newest are read and no others', async () => {
  for (const filter of [{ taskId: former }, { statusCode: 550 }]) {
    const result = await reads({ statuses, ...filter })
    expect([filter, result.found]).toEqual([filter, 100])
    expect(result.read).toBeLessThan(lookedThrough + 1_000)
  }
})
