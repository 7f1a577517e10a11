import { databaseIsAway, type Sql } from '../database/connect.ts'

/** How long a replica's word holds without being repeated, and how often it is repeated, in seconds. */
export const leaseSeconds = 45
export const renewEverySeconds = 10

/**
 * What must be left of a lease for a claim, in seconds. It is more than a statement may take: when the lease ends, all
 * that was claimed under it is committed, and recovery sees it.
 */
const claimLeftSeconds = 15

/** A lease that reaches further than this is none: it was written while the database's clock was ahead. In seconds. */
export const leaseAtMostSeconds = leaseSeconds + 15

/** A claim that reaches the server later than this after it was decided on takes nothing, in seconds. */
export const claimValidSeconds = 10

export interface Lease {
  /** False when the lease was lost: the others have taken over what this replica had open. */
  held: boolean
  /** No open execution of any replica was created before this time. */
  oldest_open_at: string
}

/**
 * Which server this is: its timeline, which a failover changes, and its start, which a restart changes as well. SQL for a
 * text; it fails on a server that is a standby or has no such functions.
 */
const thisServer = (sql: Sql) => sql`
  substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) || ' ' || date_part('epoch', pg_postmaster_start_time())`

/** Which server this is, as above; null where it does not tell. */
export async function readServer(sql: Sql): Promise<string | null> {
  try {
    const [row] = await sql<{ server: string | null }[]>`
      select case when pg_is_in_recovery() then null else ${thisServer(sql)} end as server`
    return row?.server ?? null
  } catch (error) {
    if (databaseIsAway(error)) throw error
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

/** The advisory lock that each claim of a replica holds, shared with its others, until its transaction has ended. */
const claimLock = (sql: Sql, replicaId: string) => sql`hashtextextended('duly claim ' || ${replicaId}::text, 0)`

/**
 * Whether a claim of this replica is still being carried out in the database. One that waits for a synchronous standby is:
 * its answer may be long overdue, and its executions appear only when it has been committed.
 */
export async function isClaiming(sql: Sql, replicaId: string): Promise<boolean> {
  const [row] = await sql<{ free: boolean }[]>`
    select pg_try_advisory_xact_lock(${claimLock(sql, replicaId)}) as free`
  return row?.free !== true
}

/**
 * Whether a replica may claim at the moment when the statement runs, and not after `until`: SQL for its `where`. Its lease
 * must hold; what it has open must have been compared with this very server, and what the others have open with this
 * timeline, for as long as their leases hold: a failover may have lost what runs. The claim takes the replica's advisory
 * lock (see `isClaiming`).
 */
export const mayClaim = (sql: Sql, { replicaId, until }: { replicaId: string; until?: string }) => sql`
  ${until === undefined ? sql`true` : isValid(sql, until)}
  and (select pg_try_advisory_xact_lock_shared(${claimLock(sql, replicaId)}))
  and exists (
    select from replica
    where replica.id = ${replicaId}
      and lease_until > now() + make_interval(secs => ${claimLeftSeconds})
      and lease_until <= now() + make_interval(secs => ${leaseAtMostSeconds})
      and case when replica.server is null then true else replica.server = (${thisServer(sql)}) end
      and not exists (
        select from replica as other
        where split_part(other.server, ' ', 1) <> split_part(replica.server, ' ', 1)
          and other.lease_until > now()
          and other.lease_until <= now() + make_interval(secs => ${leaseAtMostSeconds})
      )
  )`

/** Within the time for which a claim was made; before it only when the database's clock was set back. */
const isValid = (sql: Sql, until: string) => sql`
  now() <= ${until}::timestamptz
  and now() >= ${until}::timestamptz - make_interval(secs => ${claimValidSeconds + 1})`
