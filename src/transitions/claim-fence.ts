import type { Sql } from '../database/sql.ts'

/** Duration of a replica's lease, in seconds. */
export const leaseSeconds = 45

/**
 * The time that must remain of a lease for a claim, in seconds. It is longer than a statement may take, so when a lease has
 * ended, everything claimed under it is committed and recovery sees it.
 */
const claimLeftSeconds = 15

/** A lease that ends later than this, in seconds from now, is invalid: the database's clock was ahead when it was written. */
export const leaseAtMostSeconds = leaseSeconds + 15

/** A claim that reaches the server later than this after it was decided on claims nothing, in seconds. */
export const claimValidSeconds = 10

/**
 * Which server this is: its timeline, which a failover changes, and its start time, which a restart changes. SQL for a text.
 * It fails on a standby, and on a server that lacks these functions.
 */
export const thisServer = (sql: Sql) => sql`
  substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) || ' ' || date_part('epoch', pg_postmaster_start_time())`

/** The advisory lock that the claims of a replica share, each until its transaction has ended. */
export const claimLock = (sql: Sql, replicaId: string) => sql`hashtextextended('duly claim ' || ${replicaId}::text, 0)`

/**
 * Whether a replica may claim when the statement runs: SQL for its `where`. With `until` the claim must reach the server
 * before that time (RFC 3339). A failover can lose executions that are running, so every replica with a valid lease must
 * have compared what it has open with this server, or at least with this timeline, before anything is claimed.
 */
export const mayClaim = (sql: Sql, { replicaId, until }: { replicaId: string; until?: string }) => sql`
  ${until === undefined ? sql`true` : isValid(sql, until)}
  -- Held until this transaction has ended, so that others see whether a claim is still being carried out.
  and (select pg_try_advisory_xact_lock_shared(${claimLock(sql, replicaId)}))
  and exists (
    select from replica
    where replica.id = ${replicaId}
      -- The lease lasts longer than this statement can, and no longer than a lease may.
      and lease_until > now() + make_interval(secs => ${claimLeftSeconds})
      and lease_until <= now() + make_interval(secs => ${leaseAtMostSeconds})
      -- The replica has compared what it has open with this server (null: a server that does not say which it is).
      and case when replica.server is null then true else replica.server = (${thisServer(sql)}) end
      -- And so has every other replica with a valid lease.
      and not exists (
        select from replica as other
        where split_part(other.server, ' ', 1) <> split_part(replica.server, ' ', 1)
          and other.lease_until > now()
          and other.lease_until <= now() + make_interval(secs => ${leaseAtMostSeconds})
      )
  )`

/** Whether a claim is on time. It is too early only when the database's clock was set back. */
const isValid = (sql: Sql, until: string) => sql`
  -- The replica has given up a claim that arrives late. If a claim arrives early, the database's clock was set back.
  now() <= ${until}::timestamptz
  and now() >= ${until}::timestamptz - make_interval(secs => ${claimValidSeconds + 1})`
