import type { Sql } from '../database/sql.ts'
import { type Finding, ok, orOk, problem, warning } from './finding.ts'

/** The server and its settings, as far as Duly depends on them. */
interface Server {
  readonly version: string
  readonly number: number
  readonly is_standby: boolean
  readonly read_only: string
  readonly encoding: string
  /** Settings that keep what was committed, and that keep tables small, with their values. */
  readonly off: readonly string[]
  readonly locks: number
  readonly locks_needed: number
  readonly connections: number
  readonly connections_at_most: number
  /** Transactions since the oldest row that is not frozen, and from which age on autovacuum freezes by force. */
  readonly xid_age: number
  readonly freeze_age: number
}

/** Settings that must be on. */
const mustBeOn = ['fsync', 'full_page_writes', 'autovacuum', 'track_counts']
/** Connections of a replica, each of which may read all partitions at once. */
const connectionsPerReplica = 8
/** From which age of transaction ids on PostgreSQL is close to refusing writes, which it does at 2 ** 31. */
const dangerousAge = 1_500_000_000

/** Checks the server and its settings. */
export async function examineServer(sql: Sql): Promise<readonly Finding[]> {
  const [server] = await sql<Server[]>`
    /* duly:examine_server */
    select
      current_setting('server_version') as version, current_setting('server_version_num')::integer as number,
      pg_is_in_recovery() as is_standby, current_setting('default_transaction_read_only') as read_only,
      current_setting('server_encoding') as encoding,
      array(
        select name from pg_settings where name = any(${mustBeOn}) and setting = 'off' order by name
      ) as off,
      current_setting('max_locks_per_transaction')::integer
        * (current_setting('max_connections')::integer + current_setting('max_prepared_transactions')::integer) as locks,
      (
        select count(*)::integer * ${connectionsPerReplica}::integer * greatest(1, (select count(*) from replica))::integer
        from pg_partition_tree('execution') as partition
        join pg_class on pg_class.oid = partition.relid
        left join pg_index on pg_index.indrelid = partition.relid
      ) as locks_needed,
      -- Other users' rows of pg_stat_activity say nothing to a user without privileges.
      (select sum(numbackends)::integer from pg_stat_database) as connections,
      current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer
        as connections_at_most,
      age(datfrozenxid) as xid_age, current_setting('autovacuum_freeze_max_age')::integer as freeze_age
    from pg_database
    where datname = current_database()`
  if (server === undefined) return []
  return [...identity(server), ...settings(server), ...capacity(server), ...freezing(server)]
}

function* identity({ version, number, is_standby, read_only, encoding }: Server): Generator<Finding> {
  if (number < 150_000)
    yield problem('server', `PostgreSQL ${version} is too old.`, 'Duly needs PostgreSQL 15 or newer.')
  else if (is_standby)
    yield problem('server', `PostgreSQL ${version} is a standby.`, 'Have DATABASE_URL name the primary server.')
  else if (read_only === 'on')
    yield problem(
      'server',
      'default_transaction_read_only is on, so that nothing can be written.',
      'Reset it for the server, the database and the user: alter role … reset default_transaction_read_only.',
    )
  else yield ok('server', `PostgreSQL ${version}.`)
  if (encoding !== 'UTF8')
    yield problem(
      'encoding',
      `The encoding of the database is ${encoding}.`,
      'Create a database with encoding UTF8, and restore a backup into it.',
    )
}

const settings = ({ off }: Server) =>
  orOk(
    off.map((name) => warning('settings', `${name} is off.`, advice[name] ?? `Set ${name} = on.`)),
    'settings',
    `${mustBeOn.join(', ')} are on.`,
  )

const advice: Readonly<Record<string, string>> = {
  fsync: 'Set fsync = on: after a crash of the machine the database may be damaged.',
  full_page_writes: 'Set full_page_writes = on: after a crash of the machine the database may be damaged.',
  autovacuum: 'Set autovacuum = on: tables grow, and looks for due tasks become slow.',
  track_counts: 'Set track_counts = on: autovacuum does nothing without it.',
}

function* capacity({ locks, locks_needed, connections, connections_at_most }: Server): Generator<Finding> {
  if (locks_needed > locks)
    yield warning(
      'locks',
      `The lock table has room for ${locks} locks, and reading the history on all connections takes ${locks_needed}.`,
      'Set max_locks_per_transaction = 256 and restart PostgreSQL.',
    )
  else yield ok('locks', `The lock table has room for ${locks} locks; ${locks_needed} are needed at most.`)
  const found = `${connections} of ${connections_at_most} connections of the server are in use.`
  if (connections > connections_at_most * 0.8)
    yield warning('connections', found, 'Raise max_connections, or lower DATABASE_POOL or the pools of other clients.')
  else yield ok('connections', found)
}

function* freezing({ xid_age, freeze_age }: Server): Generator<Finding> {
  const found = `The oldest row that is not frozen is ${xid_age} transactions old.`
  const vacuum =
    'End what holds back vacuum (old transactions, replication slots, prepared transactions), then run vacuum (freeze, verbose).'
  if (xid_age > dangerousAge) yield problem('freezing', found, vacuum)
  else if (xid_age > freeze_age * 1.5) yield warning('freezing', found, vacuum)
  else yield ok('freezing', found)
}
