import type { Sql } from './sql.ts'

/** The key of the advisory lock under which processes migrate in turn; an arbitrary number. */
const migrationLock = 4_711_001
/** How often the holder checks its lock, in seconds. */
const checkEverySeconds = 5
/** The server ends the holder's session, and releases the lock, after this many seconds without a statement. */
const idleTimeoutSeconds = 60

/** A session of the database, from pg_stat_activity. */
interface Session {
  readonly pid: number
  readonly name: string
  readonly client: string
  readonly since: string
}

const describe = ({ pid, name, client, since }: Session) =>
  `process ${pid} (${name || 'without an application_name'}, from ${client}, since ${since})`

/** SQL: the columns of `Session` from pg_stat_activity. Sessions of other roles show less. */
const session = (sql: Sql) => sql`
  activity.pid,
  activity.application_name as name,
  coalesce(host(activity.client_addr), 'the same machine or another role') as client,
  coalesce(activity.xact_start, activity.state_change, activity.backend_start)::timestamptz(0)::text as since`

/**
 * Runs `work` under the migration lock, unless another session holds the lock. The lock belongs to a transaction, so that
 * it cannot remain on a session that a pooler passes to another client.
 * @param sql a pool of one connection, used for nothing else
 * @param work receives a signal that is aborted when the lock is lost
 * @returns false, without running `work`, if another session holds the lock
 */
export async function underMigrationLock(sql: Sql, work: (lost: AbortSignal) => Promise<void>): Promise<boolean> {
  const lost = new AbortController()
  await sql.unsafe('begin')
  try {
    await sql`/* duly:set_idle_timeout */
      select set_config('idle_in_transaction_session_timeout', ${`${idleTimeoutSeconds}s`}, true)`
    const [row] = await sql<{ locked: boolean }[]>`/* duly:lock_migrations */
      select pg_try_advisory_xact_lock(${migrationLock}) as locked`
    if (!row?.locked) return false
    // The driver reconnects by itself, so a statement that succeeds does not prove that the transaction is still open.
    const check = setInterval(async () => {
      const own = await sql`/* duly:check_migration_lock */ ${heldLock(sql)} and pid = pg_backend_pid()`.catch(() => [])
      if (own.length === 0) lost.abort(new LostLock())
    }, checkEverySeconds * 1000)
    try {
      await work(lost.signal)
    } finally {
      clearInterval(check)
    }
    return true
  } finally {
    await sql.unsafe('rollback')
  }
}

/** The connection that held the migration lock was lost. */
class LostLock extends Error {
  readonly code = 'CONNECTION_CLOSED'

  constructor() {
    super('The connection that held the migration lock was lost')
  }
}

/** SQL: the process that holds the migration lock. */
const heldLock = (sql: Sql) => sql`
  select pid
  from pg_locks
  where locktype = 'advisory'
    and database = (select oid from pg_database where datname = current_database())
    and classid = 0
    and objid = ${migrationLock}
    and objsubid = 1
    and granted`

/** Describes the session that holds the migration lock, as part of a sentence, or returns undefined if it is free. */
export async function findLockHolder(sql: Sql): Promise<string | undefined> {
  const [holder] = await sql<Session[]>`/* duly:find_migration_lock_holder */
    select ${session(sql)}
    from pg_stat_activity activity
    where pid in (${heldLock(sql)})`
  return holder && describe(holder)
}

/**
 * Describes a session of this database that has this application_name and is not idle, as part of a sentence. Idle ones
 * are ignored, since a pooler keeps them open.
 * @returns undefined if there is none
 */
export async function findActiveSession(sql: Sql, name: string): Promise<string | undefined> {
  const [found] = await sql<Session[]>`/* duly:find_active_session */
    select ${session(sql)}
    from pg_stat_activity activity
    where datname = current_database() and application_name = ${name} and state <> 'idle'`
  return found && describe(found)
}

/**
 * Describes the session that blocks the one with this application_name on a lock, as part of a sentence.
 * @returns undefined if it is not blocked
 */
export async function findBlocker(sql: Sql, name: string): Promise<string | undefined> {
  const [found] = await sql<Session[]>`/* duly:find_blocker */
    select ${session(sql)}
    from pg_stat_activity blocked
    join pg_stat_activity activity on activity.pid = any(pg_blocking_pids(blocked.pid))
    where blocked.datname = current_database()
      and blocked.application_name = ${name}
      and blocked.wait_event_type = 'Lock'
    order by activity.xact_start
    limit 1`
  return found && describe(found)
}
