import type { Sql } from './sql.ts'

/** Any number: the lock that replicas starting together take turns on. */
const migrationLock = 4_711_001
/** The holder shows that it is there so often, and a session that shows nothing for longer is ended by the server, in seconds. */
const beatSeconds = 5
const silentSeconds = 60

/** A session of the database, as told to a person. */
interface Session {
  readonly pid: number
  readonly name: string
  readonly client: string
  readonly since: string
}

const tell = ({ pid, name, client, since }: Session) =>
  `process ${pid} (${name || 'without an application_name'}, from ${client}, since ${since})`

/** The columns of a `Session`, of pg_stat_activity: SQL. Other roles' rows show less. */
const session = (sql: Sql) => sql`
  activity.pid,
  activity.application_name as name,
  coalesce(host(activity.client_addr), 'the same machine or another role') as client,
  coalesce(activity.xact_start, activity.state_change, activity.backend_start)::timestamptz(0)::text as since`

/**
 * Does work under the lock of the migrations if nobody else holds it. The lock belongs to a transaction, which ends with
 * its connection: behind a pool that hands sessions from one client to the next it does not stay on one of them.
 * @param sql a pool of one connection for this alone
 * @param work is told when the transaction has ended before it, and with it the lock
 * @returns false when somebody else holds it
 */
export async function underMigrationLock(sql: Sql, work: (lost: AbortSignal) => Promise<void>): Promise<boolean> {
  const lost = new AbortController()
  await sql.unsafe('begin')
  try {
    await sql`select set_config('idle_in_transaction_session_timeout', ${`${silentSeconds}s`}, true)`
    const [row] = await sql<{ got: boolean }[]>`select pg_try_advisory_xact_lock(${migrationLock}) as got`
    if (!row?.got) return false
    // The driver connects again by itself: a statement that is answered does not say that the transaction goes on.
    const beat = setInterval(async () => {
      const mine = await sql`${heldLock(sql)} and pid = pg_backend_pid()`.catch(() => [])
      if (mine.length === 0) lost.abort(new LostLock())
    }, beatSeconds * 1000)
    try {
      await work(lost.signal)
    } finally {
      clearInterval(beat)
    }
    return true
  } finally {
    await sql.unsafe('rollback')
  }
}

/** The connection that held the lock of the migrations is gone. */
class LostLock extends Error {
  readonly code = 'CONNECTION_CLOSED'

  constructor() {
    super('The connection that held the lock of the migrations is gone')
  }
}

const heldLock = (sql: Sql) => sql`
  select pid
  from pg_locks
  where locktype = 'advisory'
    and database = (select oid from pg_database where datname = current_database())
    and classid = 0
    and objid = ${migrationLock}
    and objsubid = 1
    and granted`

/** Who holds the lock of the migrations, as a part of a sentence; undefined when nobody does. */
export async function migrationLockHolder(sql: Sql): Promise<string | undefined> {
  const [held] = await sql<Session[]>`
    select ${session(sql)}
    from pg_stat_activity activity
    where pid in (${heldLock(sql)})`
  return held && tell(held)
}

/** A session of this name that is at work in this database, as a part of a sentence. A pool keeps idle ones. */
export async function busySession(sql: Sql, name: string): Promise<string | undefined> {
  const [found] = await sql<Session[]>`
    select ${session(sql)}
    from pg_stat_activity activity
    where datname = current_database() and application_name = ${name} and state <> 'idle'`
  return found && tell(found)
}

/** Who keeps the session of this name waiting for a lock, as a part of a sentence; undefined when nobody does. */
export async function blockerOf(sql: Sql, name: string): Promise<string | undefined> {
  const [found] = await sql<Session[]>`
    select ${session(sql)}
    from pg_stat_activity waiting
    join pg_stat_activity activity on activity.pid = any(pg_blocking_pids(waiting.pid))
    where waiting.datname = current_database()
      and waiting.application_name = ${name}
      and waiting.wait_event_type = 'Lock'
    order by activity.xact_start
    limit 1`
  return found && tell(found)
}
