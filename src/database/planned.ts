import { inTransaction } from './in-transaction.ts'
import type { Sql } from './sql.ts'

/** Runs statements in a transaction that has its own planner settings. The settings cost no round trip. */
const withSettings = <T>(sql: Sql, mode: string, settings: string, run: (sql: Sql) => Promise<T>): Promise<T> =>
  inTransaction(sql, mode, async (own) => {
    // execute() sends the settings before the first statement of `run`; a promise that is only awaited would send them after it.
    const [, result] = await Promise.all([own.unsafe(settings).simple().execute(), run(own)])
    return result
  })

/**
 * Runs statements that read partitions of `execution` by their time, and lock nothing, in one transaction in which PostgreSQL
 * prunes partitions and plans for the values that are given. Elsewhere it must not prune: see `settingsOf`.
 */
export const readPruned = <T>(sql: Sql, read: (sql: Sql) => Promise<T>): Promise<T> =>
  withSettings(
    sql,
    'read only',
    'set local enable_partition_pruning = on; set local plan_cache_mode = force_custom_plan',
    read,
  )

/**
 * Runs a statement that joins many given rows with tables, in a transaction in which PostgreSQL joins by hash and looks rows
 * up by index. Right after the tables were filled, statistics may say that they are empty: PostgreSQL would then join
 * thousands of rows with thousands in a loop over all pairs, which takes longer than the statement_timeout.
 */
export const joinByHash = <T>(sql: Sql, write: (sql: Sql) => Promise<T>): Promise<T> =>
  withSettings(
    sql,
    'read write',
    'set local enable_nestloop = off; set local enable_seqscan = off; set local plan_cache_mode = force_custom_plan',
    write,
  )
