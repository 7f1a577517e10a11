import type { Sql } from '../database/sql.ts'

/** How long tallies are stored, in days: the overview shows seven days and the current one. */
const tallyDays = 8

/** Deletes the tallies that are too old for the overview. */
export async function deleteExpiredTallies(sql: Sql): Promise<void> {
  await sql`
    /* duly:delete_expired_tallies */
    delete from tally
    where at < now() - make_interval(days => ${tallyDays})`
}
