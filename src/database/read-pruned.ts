import type { Sql } from './sql.ts'

/**
 * Runs statements that read partitions of `execution` by their time, and lock nothing, in one transaction in which PostgreSQL
 * prunes partitions and plans for the values that are given. Elsewhere it must not prune: see `settingsOf`.
 */
export async function readPruned<T>(sql: Sql, read: (sql: Sql) => Promise<T>): Promise<T> {
  return (await sql.begin('read only', async (transaction) => {
    const own = transaction as unknown as Sql
    const [, result] = await Promise.all([
      own.unsafe('set local enable_partition_pruning = on; set local plan_cache_mode = force_custom_plan').simple(),
      read(own),
    ])
    return result
  })) as T
}
