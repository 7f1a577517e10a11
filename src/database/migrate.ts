import { connect } from './connect.ts'
import { DbmateError, dbmate, dbmateName } from './dbmate.ts'
import { DialError } from './dial.ts'
import { blockerOf, busySession, migrationLockHolder, underMigrationLock } from './migration-lock.ts'
import { type MigrationState, readMigrationState } from './migrations.ts'
import type { Sql } from './sql.ts'

/** A database that Duly cannot work with. Its message says why and what to do. */
export class MigrationError extends Error {}

export interface MigrateOptions {
  /** Another address of the same database, for the migrations alone: past a pool, or of a role that may change tables. */
  readonly migrationUrl?: string | undefined
  /** Cuts it short: dbmate is ended, and what it was at is rolled back. */
  readonly ending?: AbortSignal | undefined
  /** Told one line when there is something to wait for, and again when that has changed or lasted. */
  readonly report?: ((line: string) => void) | undefined
}

/**
 * How long a statement of a migration waits for a lock, in ms. While it waits, whoever comes after it waits as well: the
 * claims and requests of replicas that are at work.
 */
const lockTimeoutMs = 500
/** Between two attempts, in ms: the others get on with their work meanwhile. */
const againMs = 2_000
const lookEveryMs = 100
const turnEveryMs = 500
const sayAgainMs = 30_000
/** How often dbmate may be killed before this is an error. */
const killsAtMost = 3

/**
 * Applies what is missing of db/migrations. A database that lacks nothing is read once and neither locked nor changed.
 * Safe when several processes start at once: one of them migrates, and the others wait for it, saying for whom. A
 * database that does not exist yet is created.
 * @returns the files that were applied meanwhile, and the versions that this version of Duly does not know
 * @throws MigrationError; or the driver's error when the database cannot be reached
 */
export async function migrate(
  url: string,
  options: MigrateOptions = {},
): Promise<{ applied: readonly string[]; unknown: readonly string[] }> {
  const migrationUrl = options.migrationUrl ?? url
  const sql = connect(url, { max: 1, statementTimeoutSeconds: 30, name: 'duly migrate' })
  try {
    const before = await readOrCreate(sql, migrationUrl)
    if (before.pending.length === 0) return { applied: [], unknown: before.unknown }
    await applyPending(migrationUrl, options)
    const after = await readMigrationState(sql)
    if (after.pending.length > 0)
      throw new MigrationError(
        `The migrations are applied where DATABASE_MIGRATION_URL points, and ${after.pending.length} are missing where DATABASE_URL does: both must name the same database, and their users see the same schema first.`,
      )
    return { applied: before.pending, unknown: after.unknown }
  } finally {
    await sql.end({ timeout: 2 })
  }
}

async function readOrCreate(sql: Sql, migrationUrl: string): Promise<MigrationState> {
  try {
    return await readSupported(sql)
  } catch (error) {
    if (isDenied(error)) throw permissionDenied(error as Error)
    if (!isMissing(error)) throw error
  }
  const problem = await dbmate(migrationUrl, 'create', { lockTimeoutMs: 0 }).then(
    () => undefined,
    (refused: Error) => refused,
  )
  try {
    // Another replica may have made it in the same moment.
    return await readSupported(sql)
  } catch (still) {
    if (!isMissing(still) || !problem) throw still
    // It will be there when the standby has become a primary, or is made then.
    if (problem.message.includes('25006'))
      throw new DialError('The server is a standby, which takes no writes: a primary is waited for.', '25006')
    throw new MigrationError(
      `The database of DATABASE_URL does not exist and its user may not create it: create it, or let the user (${problem.message.split('\n').at(-1)}).`,
    )
  }
}

const codeOf = (error: unknown) => (error as { code?: string } | null)?.code
const isMissing = (error: unknown) => codeOf(error) === '3D000'
const isDenied = (error: unknown) => codeOf(error) === '42501'

/** For a user that lacks grants on the tables. */
export const permissionDenied = ({ message }: Error) =>
  new MigrationError(
    `The user of DATABASE_URL may not use the tables of Duly (${message}): grant it select, insert, update and delete on them, and usage on their schema.`,
  )

async function readSupported(sql: Sql): Promise<MigrationState> {
  const [server] = await sql<{ number: number; version: string }[]>`
    select current_setting('server_version_num')::int as number, current_setting('server_version') as version`
  if (server) requireSupported(server.number, server.version)
  await requireSchema(sql)
  return readMigrationState(sql)
}

/**
 * A search_path that was changed would otherwise begin a second set of tables, and triggers that are off leave the first one
 * without its references.
 */
async function requireSchema(sql: Sql): Promise<void> {
  const [found] = await sql<{ first: string | null; seen: boolean; elsewhere: string | null; role: string }[]>`
    select
      current_schema() as first,
      to_regclass('schema_migrations') is not null as seen,
      (
        select min(schema.nspname)
        from pg_class as noted
        join pg_namespace as schema on schema.oid = noted.relnamespace
        where noted.relname = 'schema_migrations'
          and exists (select from pg_class where relname = 'execution_default' and relnamespace = schema.oid)
      ) as elsewhere,
      current_setting('session_replication_role') as role`
  if (!found) return
  if (found.role !== 'origin')
    throw new MigrationError(
      `session_replication_role is ${found.role} for the user of DATABASE_URL, which switches references off that Duly relies on: reset it with alter role … reset session_replication_role.`,
    )
  if (!found.seen && found.elsewhere !== null)
    throw new MigrationError(
      `The tables of Duly are in the schema ${found.elsewhere}, which search_path does not name: add search_path=${found.elsewhere} to the parameters of DATABASE_URL, or reset the search_path of its user and database.`,
    )
  if (found.first === null)
    throw new MigrationError(
      'search_path names no schema that exists and may be used: add search_path=public to the parameters of DATABASE_URL, or reset the search_path of its user and database.',
    )
}

/** @throws MigrationError for a PostgreSQL that is too old, by its number, such as 140011 for 14.11 */
export function requireSupported(number: number, version: string): void {
  if (number < 150_000) throw new MigrationError(`PostgreSQL ${version} is too old: Duly needs PostgreSQL 15 or newer.`)
}

/** Takes turns with the other processes that start, until nothing is pending. */
async function applyPending(url: string, { ending, report = () => {} }: MigrateOptions): Promise<void> {
  const sql = connect(url, { max: 1, statementTimeoutSeconds: 30, name: 'duly migrate' })
  const locking = connect(url, { max: 1, statementTimeoutSeconds: 30, name: 'duly migrate' })
  const wait = waiting(report)
  try {
    while ((await readMigrationState(sql)).pending.length > 0) {
      ending?.throwIfAborted()
      await requireWritable(sql)
      const mine = await underMigrationLock(locking, (lost) =>
        applyAlone(url, sql, wait, ending ? AbortSignal.any([ending, lost]) : lost),
      )
      if (mine) continue
      const holder = await migrationLockHolder(sql)
      if (holder) wait(`The migrations wait for their lock, which ${holder} holds.`)
      await Bun.sleep(turnEveryMs)
    }
  } finally {
    await Promise.all([sql, locking].map((pool) => pool.end({ timeout: 2 })))
  }
}

/** A standby, or a primary that is being switched over, is waited for like one that is away. */
async function requireWritable(sql: Sql): Promise<void> {
  const [row] = await sql<{ read_only: boolean }[]>`select current_setting('transaction_read_only') = 'on' as read_only`
  if (row?.read_only)
    throw Object.assign(new Error('The database is read-only, and has migrations to come'), { code: '25006' })
}

/** Says a line when it is another one than before, and the same again after half a minute. */
function waiting(report: (line: string) => void): (line: string) => void {
  let last = { line: '', at: 0 }
  return (line) => {
    const now = performance.now()
    if (line === last.line && now - last.at < sayAgainMs) return
    last = { line, at: now }
    report(line)
  }
}

/** Runs dbmate, again and again while somebody else's lock is in its way, for as long as that takes. */
async function applyAlone(url: string, sql: Sql, wait: (line: string) => void, ending: AbortSignal): Promise<void> {
  for (let kills = 0; ; ) {
    await outlast(sql, wait, ending)
    const before = (await readMigrationState(sql)).pending.length
    const watch = watchBlocker(sql)
    const problem = await dbmate(url, 'migrate', { lockTimeoutMs, ending }).then(
      () => undefined,
      (error: Error) => error,
    )
    const blocker = await watch()
    if (problem === undefined) return
    ending.throwIfAborted()
    if (!(problem instanceof DbmateError)) throw problem
    // When the database itself has gone meanwhile, this says so with the driver's error.
    const { pending } = await readMigrationState(sql)
    if (pending.length === 0) return
    if (blocker !== undefined || /lock timeout|55P03/.test(problem.message)) {
      wait(
        `Migration ${pending[0]} waits for a lock that ${blocker ?? 'another session'} holds; it is tried again every ${againMs / 1000} s.`,
      )
      await Bun.sleep(againMs)
    } else if (problem.signal !== null && kills < killsAtMost) kills++
    // A dbmate that outlived its parent was faster: the next attempt goes on from there.
    else if (pending.length === before) throw new MigrationError(describe(problem))
  }
}

function describe({ message }: Error): string {
  const hint = /permission denied|must be owner|42501/.test(message)
    ? '\nIts user may not change the tables: let `duly migrate` do it with a user that may, whose URL is in DATABASE_MIGRATION_URL.'
    : ''
  return `The migrations could not be applied: ${message}${hint}`
}

/** Waits for a dbmate whose parent was killed; the lock went with the parent. */
async function outlast(sql: Sql, wait: (line: string) => void, ending: AbortSignal): Promise<void> {
  for (;;) {
    const other = await busySession(sql, dbmateName)
    if (other === undefined) return
    ending.throwIfAborted()
    wait(`The migrations wait for those that ${other} is still applying.`)
    await Bun.sleep(lookEveryMs)
  }
}

/** Looks who keeps dbmate waiting. @returns what ends it, and gives whom it saw last */
function watchBlocker(sql: Sql): () => Promise<string | undefined> {
  let seen: string | undefined
  let ended = false
  const looking = (async () => {
    while (!ended) {
      // An answer less is no harm: dbmate's own says the rest.
      seen = (await blockerOf(sql, dbmateName).catch(() => undefined)) ?? seen
      await Bun.sleep(lookEveryMs)
    }
  })()
  return async () => {
    ended = true
    await looking
    return seen
  }
}
