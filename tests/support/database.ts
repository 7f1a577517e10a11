import { connect } from '../../src/database/connect.ts'
import type { Sql } from '../../src/database/sql.ts'
import { maintainPartitions } from '../../src/maintenance/partitions.ts'
import { Emptying } from './emptying.ts'

/** The fresh, migrated database that tests/support/run.ts made. */
export const testDatabaseUrl = Bun.env.TEST_DATABASE_URL ?? ''
if (testDatabaseUrl === '') throw new Error('TEST_DATABASE_URL is not set: run the tests with `bun run test`.')

export const sql: Sql = connect(testDatabaseUrl, { max: 8, statementTimeoutSeconds: 20, name: 'duly test' })

const emptying = new Emptying(testDatabaseUrl, [
  'service',
  'task',
  'execution',
  'replica',
  'audit',
  'tally_pending',
  'failing_pending',
  'failed_execution',
  'failure_reason',
  'wake',
  'stop_request',
  'operator_token',
  'outage',
])

/** Empties every table; for beforeEach. */
export const emptyDatabase = (): Promise<void> => emptying.empty()

/** Does the same, and leaves no trace of what was there: for tests of plans, which depend on pages and dead rows. */
export const freshTables = (): Promise<void> => emptying.truncate()

await maintainPartitions(sql, 30)
