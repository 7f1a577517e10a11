import type { Sql } from '../database/sql.ts'

/** Duration of a replica's lease, in seconds. */
export const leaseSeconds = 45

/**
 * What must be left of a lease for a claim, in seconds. It is more than a statement may take: when the lease ends, all
 * that was claimed under it is committed, and recovery sees it.
 */
const claimLeftSeconds = 15

/** A lease that reaches further than this is none: it was written while the database's clock was ahead. In seconds. */
export const leaseAtMostSeconds = leaseSeconds + 15

/** A claim that reaches the server later than this after it was decided on takes nothing, in seconds. */
export const claimValidSeconds = 10

/**
 * Which server this is: its timeline, which a failover changes, and its start, which a restart changes as well. SQL for a
 * text; it fails on a server that is a standby or has no such functions.
 */
export const thisServer = (sql: Sql) => sql`
  substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) || ' ' || date_part('epoch', pg_postmaster_start_time())`

/** The advisory lock that each claim of a replica holds, shared with its others, until its transaction has ended. */
export const claimLock = (sql: Sql, replicaId: string) => sql`hashtextextended('duly claim ' || ${replicaId}::text, 0)`

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
