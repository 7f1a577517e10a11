import type { Sql } from '../database/sql.ts'

/** Deletes idempotency keys that have expired: after 24 hours. */
export async function deleteExpiredKeys(sql: Sql): Promise<void> {
  await sql`
    /* duly:delete_expired_keys */
    delete from idempotency_key
    where created_at <= now() - interval '24 hours'`
}
