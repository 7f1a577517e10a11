import type { Sql } from '../database/sql.ts'

/** A signing key as it is stored. */
export interface StoredKey {
  readonly service_id: string
  readonly id: string
  readonly target: string | null
  /** The encrypted secret. */
  readonly sealed: string
  /** When it was made and when it expires, in ms since 1970 by the database's clock. */
  readonly created: number
  readonly expires: number | null
}

/** What a read returned. */
export interface ChangedKeys {
  /** The database's time, in ms since 1970. */
  readonly now: number
  /** The time from which the next read goes on. */
  readonly at: string
  readonly keys: readonly StoredKey[]
}

/**
 * How far before the last read the next one begins, in seconds: a change has the time at which its transaction began, and may
 * have been committed later. A statement of the API has 10 s.
 */
const overlapSeconds = 15

/**
 * Reads the signing keys of all services that have changed since an earlier read. If the database's clock was set back in
 * between, the time to which it was set counts.
 * @param since the `at` of that read, or `-infinity` for all keys, with few of those that have expired
 */
export async function readChangedKeys(sql: Sql, since: string): Promise<ChangedKeys> {
  const [row] = await sql<[ChangedKeys]>`
    /* duly:read_signing_keys */
    select
      (extract(epoch from clock_timestamp()) * 1000)::float8 as now,
      now() as at,
      (
        select
          coalesce(
            jsonb_agg(
              jsonb_build_object(
                'service_id', service_id,
                'id', id,
                'target', target,
                'sealed', sealed,
                'created', extract(epoch from created_at) * 1000,
                'expires', extract(epoch from expires_at) * 1000
              )
            ),
            '[]'
          )
        from signing_key
        where changed_at >= least(${since}::timestamptz, now()) - ${overlapSeconds}::integer * interval '1 second'
          and (${since} <> '-infinity' or expires_at is null or expires_at > now())
      ) as keys`
  return row
}
