import { connect } from '../../src/database/connect.ts'
import type { Sql } from '../../src/database/sql.ts'
import { maintainPartitions } from '../../src/maintenance/partitions.ts'

/** The fresh, migrated database that tests/support/run.ts made. */
export const testDatabaseUrl = Bun.env.TEST_DATABASE_URL ?? ''
if (testDatabaseUrl === '') throw new Error('TEST_DATABASE_URL is not set: run the tests with `bun run test`.')

export const sql: Sql = connect(testDatabaseUrl, { max: 8, statementTimeoutSeconds: 20, name: 'duly test' })

/** Empties every table; for beforeEach. */
export async function emptyDatabase(): Promise<void> {
  await sql`truncate service, task, execution, replica, audit, tally_pending, failing_pending, failed_execution, failure_reason cascade`
}

await maintainPartitions(sql, 30)
