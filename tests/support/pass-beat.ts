import { sql } from './database.ts'

/** Notes a pass of now: other tests in the database may have had a scheduler, and without one since, Duly has not run. */
export async function beatNow(): Promise<void> {
  await sql`update pass_beat set at = now()`
}
