import type { Sql } from '../database/connect.ts'

/** How long a replica's word holds without being repeated, and how often it is repeated, in seconds. */
export const leaseSeconds = 45
export const renewEverySeconds = 10

/**
 * What must be left of a lease for a claim, in seconds. It is more than a statement may take: when the lease ends, all
 * that was claimed under it is committed, and recovery sees it.
 */
const claimLeftSeconds = 15

export interface Lease {
  /** False when the lease was lost: the others have taken over what this replica had open. */
  held: boolean
  /** No open execution of any replica was created before this time. */
  oldest_open_at: string
}

/**
 * Enters this replica, or renews its lease over everything it has open, in one statement.
 * @param oldestOpenAt creation time of the oldest execution it has open, or null for none. A minute is taken off, since
 *   a claim may be under way whose time is not known here.
 * @param mayHoldOlder set while a claim of executions that had waited may have opened one without this replica's knowing
 */
export async function renewLease(
  sql: Sql,
  replica: { id: string; host: string },
  oldestOpenAt: string | null,
  mayHoldOlder = false,
): Promise<Lease> {
  const [row] = await sql<Lease[]>`
    with known as (
      select id from replica where id = ${replica.id} for update
    ), renewed as (
      insert into replica (id, host, lease_until, oldest_open_at)
      values (
        ${replica.id}, ${replica.host}, now() + make_interval(secs => ${leaseSeconds}),
        least(${oldestOpenAt}::timestamptz, now()) - interval '1 minute'
      )
      on conflict (id) do update
      set lease_until = excluded.lease_until,
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

/** Takes this replica out: it has nothing open any more. */
export async function deleteReplica(sql: Sql, id: string): Promise<void> {
  await sql`
    delete from replica
    where id = ${id}`
}

/** Whether a replica may claim at the moment when the statement runs, and not after `until`: SQL for its `where`. */
export const mayClaim = (sql: Sql, { replicaId, until = 'infinity' }: { replicaId: string; until?: string }) => sql`
  now() <= ${until}::timestamptz
  and exists (
    select from replica
    where replica.id = ${replicaId}
      and lease_until > now() + make_interval(secs => ${claimLeftSeconds})
  )`
