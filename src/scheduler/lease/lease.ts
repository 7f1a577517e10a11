import { isDatabaseUnavailable } from '../../database/fault.ts'
import type { Sql } from '../../database/sql.ts'
import { claimLock, leaseSeconds, thisServer } from '../../transitions/claim-fence.ts'

/** Interval between two renewals of a lease, in seconds. */
export const renewEverySeconds = 10

export interface Lease {
  /** False when the lease was lost: the others have taken over what this replica had open. */
  held: boolean
  /** No open execution of any replica was created before this time. */
  oldest_open_at: string
}

/** Which server this is, as above; null where it does not tell. */
export async function readServer(sql: Sql): Promise<string | null> {
  try {
    const [row] = await sql<{ server: string | null }[]>`
      select case when pg_is_in_recovery() then null else ${thisServer(sql)} end as server`
    return row?.server ?? null
  } catch (error) {
    if (isDatabaseUnavailable(error)) throw error
    return null
  }
}

/**
 * Enters this replica, or renews its lease over everything it has open, in one statement.
 * @param oldestOpenAt creation time of the oldest execution it has open, or null for none. A minute is taken off, since
 *   a claim may be under way whose time is not known here.
 * @param server on which all it has open is known to be there, as `readServer` gave it
 * @param mayHoldOlder set while a claim of executions that had waited may have opened one without this replica's knowing
 */
export async function renewLease(
  sql: Sql,
  replica: { id: string; host: string },
  oldestOpenAt: string | null,
  { server = null, mayHoldOlder = false }: { server?: string | null; mayHoldOlder?: boolean } = {},
): Promise<Lease> {
  const [row] = await sql<Lease[]>`
    with known as (
      select id from replica where id = ${replica.id} for update
    ), renewed as (
      insert into replica (id, host, lease_until, server, oldest_open_at)
      values (
        ${replica.id}, ${replica.host}, now() + make_interval(secs => ${leaseSeconds}), ${server},
        least(${oldestOpenAt}::timestamptz, now())
          - case when ${mayHoldOlder} and not exists (select from known) then interval '1 day' else interval '1 minute' end
      )
      on conflict (id) do update
      set lease_until = excluded.lease_until,
          server = excluded.server,
          oldest_open_at = case
            when ${mayHoldOlder} then least(replica.oldest_open_at, excluded.oldest_open_at)
            else excluded.oldest_open_at
          end
      returning oldest_open_at
    )
    select
      exists (select from known) as held,
      least((select min(oldest_open_at) from replica), (select oldest_open_at from renewed)) as oldest_open_at`
  return row as Lease
}

/**
 * Ends a replica's lease at once: it can claim nothing more, and recovery may close what it has open.
 * @returns whether there was one
 */
export async function endLease(sql: Sql, id: string): Promise<boolean> {
  const { count } = await sql`
    update replica
    set lease_until = '-infinity'
    where id = ${id}`
  return count === 1
}

/**
 * Whether a claim of this replica is still being carried out in the database. One that waits for a synchronous standby is:
 * its answer may be long overdue, and its executions appear only when it has been committed.
 */
export async function isClaiming(sql: Sql, replicaId: string): Promise<boolean> {
  const [row] = await sql<{ free: boolean }[]>`
    select pg_try_advisory_xact_lock(${claimLock(sql, replicaId)}) as free`
  return row?.free !== true
}
