import type { Sql } from '../database/sql.ts'

/** Rows deleted in one statement. */
const atMost = 5_000

/** Deletes the rows of `wake` that every replica has read. */
export class ExpiredWakes {
  /** What was committed when the last ones were deleted. */
  #snapshot: string | undefined
  #nextAt = 0

  /** @param keptMs how long rows are kept after their transaction was committed, in ms: replicas read them within half a second */
  constructor(readonly keptMs = 60_000) {}

  /**
   * Deletes a batch of those that have been kept so long, and of those with ids of transactions of another server.
   * @returns how many were deleted; 0 when none is left, and then until that time has passed again
   */
  async delete(sql: Sql): Promise<number> {
    if (performance.now() < this.#nextAt) return 0
    const deleted = this.#snapshot === undefined ? 0 : await deleteWakes(sql, this.#snapshot)
    if (deleted > 0) return deleted
    this.#snapshot = await readSnapshot(sql)
    this.#nextAt = performance.now() + this.keptMs
    return 0
  }
}

async function readSnapshot(sql: Sql): Promise<string> {
  const [row] = await sql<[{ snapshot: string }]>`
    /* duly:read_snapshot */
    select pg_current_snapshot()::text as snapshot`
  return row.snapshot
}

/** @param before a snapshot: rows that it has seen are deleted, also while an older transaction is still open. @returns how many were */
async function deleteWakes(sql: Sql, before: string): Promise<number> {
  const { count } = await sql`
    /* duly:delete_wakes */
    delete from wake
    using (
      select xid, service_id
      from wake
      where pg_visible_in_snapshot(xid, ${before}::text::pg_snapshot)
        or xid >= pg_snapshot_xmax(pg_current_snapshot())
      limit ${atMost}
      for update skip locked
    ) expired
    where wake.xid = expired.xid
      and wake.service_id = expired.service_id`
  return count
}
