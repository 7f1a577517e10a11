import { isDatabaseUnavailable } from '../../database/fault.ts'
import type { Sql } from '../../database/sql.ts'
import { claimLock, leaseSeconds, thisServer } from '../../transitions/claim-fence.ts'

/** Pause between two renewals of a lease, in seconds. */
export const renewEverySeconds = 10

/** A lease as its renewal found it. */
export interface Lease {
  /** Whether the replica had a row before. Without one its lease was lost, and others have recovered what it had open. */
  held: boolean
  /** No open execution of any replica was created before this time. */
  oldest_open_at: string
}

/** Which server this is (see `thisServer`); null on a standby and on a server that does not say. */
export async function readServer(sql: Sql): Promise<string | null> {
  try {
    const [row] = await sql<{ server: string | null }[]>`
      /* duly:read_server */
      select case when pg_is_in_recovery() then null else ${thisServer(sql)} end as server`
    return row?.server ?? null
  } catch (error) {
    if (isDatabaseUnavailable(error)) throw error
    return null
  }
}

/**
 * Renews this replica's lease over everything it has open, or inserts its row, in one statement.
 * @param oldestOpenAt creation time of the oldest execution it has open, or null for none. The row gets a minute less, for
 *   a claim under way whose time is not known yet.
 * @param server the server on which everything it has open is known to exist, as returned by `readServer`
 * @param mayHoldOlder true while a claim of queued executions may have opened one that this replica does not know of
 */
export async function renewLease(
  sql: Sql,
  replica: { id: string; host: string },
  oldestOpenAt: string | null,
  { server = null, mayHoldOlder = false }: { server?: string | null; mayHoldOlder?: boolean } = {},
): Promise<Lease> {
  const [row] = await sql<Lease[]>`
    /* duly:renew_lease */
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
 * @returns whether it had one
 */
export async function endLease(sql: Sql, id: string): Promise<boolean> {
  const { count } = await sql`
    /* duly:end_lease */
    update replica
    set lease_until = '-infinity'
    where id = ${id}`
  return count === 1
}

/**
 * Whether a claim of this replica is still running in the database. A claim whose commit waits for a synchronous standby is
 * still running: its executions become visible only with the commit, however long that takes.
 */
export async function isClaiming(sql: Sql, replicaId: string): Promise<boolean> {
  const [row] = await sql<{ free: boolean }[]>`
    /* duly:try_claim_lock */
    select pg_try_advisory_xact_lock(${claimLock(sql, replicaId)}) as free`
  return row?.free !== true
}
