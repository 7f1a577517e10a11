import { beforeEach, expect, test } from 'bun:test'
import { connect } from '../../../src/database/connect.ts'
import type { Sql } from '../../../src/database/sql.ts'
import { listDueCrons } from '../../../src/scheduler/claim/due-crons.ts'
import { freshTables, sql, testDatabaseUrl } from '../../support/database.ts'
import { insertService } from '../../support/rows.ts'

beforeEach(freshTables)

test.each([1, 100])('a look for due patterns reads few rows of many due tasks with %d targets', async (targets) => {
  const service_id = await insertService()
  await sql`
    insert into task (service_id, id, name, url, method, cron, time_zone, scheduled_at)
    select
      ${service_id}, gen_random_uuid(), 'due', 'http://127.0.0.1:' || 1000 + n % ${targets}::integer || '/', 'GET',
      n % 30 || ' 3 * * *', 'UTC', now() - interval '1 hour' + n % 30 * interval '1 minute'
    from generate_series(1, 6000) n`
  await sql`vacuum analyze task`
  const connection = connect(testDatabaseUrl, { max: 1, statementTimeoutSeconds: 20, name: 'duly test', byKey: true })
  const reads = await connection.begin(async (transaction) => {
    const readSoFar = async () => {
      const [row] = await transaction<[{ reads: number }]>`
        select (seq_tup_read + coalesce(idx_tup_fetch, 0))::integer as reads
        from pg_stat_xact_user_tables
        where relname = 'task'`
      return row.reads
    }
    const before = await readSoFar()
    expect(await listDueCrons(transaction as unknown as Sql, [{ service_id }], new Map(), [])).toHaveLength(30)
    return (await readSoFar()) - before
  })
  await connection.end()
  expect(reads).toBeLessThan(300)
})
