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

  /** Deletes those that have been kept so long, and those with ids of transactions of another server. Does so once in that time. */
  async delete(sql: Sql): Promise<void> {
    if (performance.now() < this.#nextAt) return
    const snapshot = await readSnapshot(sql)
    if (this.#snapshot !== undefined) while ((await deleteWakes(sql, this.#snapshot)) === atMost);
    this.#snapshot = snapshot
    this.#nextAt = performance.now() + this.keptMs
  }
}

async function readSnapshot(sql: Sql): Promise<string> {
  const [row] = await sql<[{ snapshot: string }]>`
    /* duly:read_snapshot */
    select pg_current_snapshot()::text as snapshot`
  return row.snapshot
}

/** @param before a snapshot: rows of transactions that had ended by then are deleted. @returns how many were */
async function deleteWakes(sql: Sql, before: string): Promise<number> {
  const { count } = await sql`
    /* duly:delete_wakes */
    delete from wake
    using (
      select xid, service_id
      from wake
      where xid < pg_snapshot_xmin(${before}::text::pg_snapshot)
        or xid >= pg_snapshot_xmax(pg_current_snapshot())
      limit ${atMost}
      for update skip locked
    ) expired
    where wake.xid = expired.xid
      and wake.service_id = expired.service_id`
  return count
}
