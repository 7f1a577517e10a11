import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { resolveBinary } from 'dbmate'
import { connect, type Sql } from './connect.ts'

const folder = join(import.meta.dir, '../../db/migrations')

/** Any number: the lock that replicas starting together take turns on. */
const migrationLock = 4_711_001

/** A database that Duly cannot work with. Its message says why and what to do. */
export class MigrationError extends Error {}

/** What dbmate said when it failed. */
class DbmateError extends Error {}

/**
 * Applies what is missing of db/migrations. Safe when several processes start at once: they wait for each other on an
 * advisory lock. A database that does not exist yet is created.
 * @param ending cuts it short: dbmate is ended, and what it was at is rolled back
 * @returns what dbmate said, one line per migration it applied
 * @throws MigrationError; or the driver's error when the database cannot be reached
 */
export async function migrate(url: string, ending?: AbortSignal): Promise<string[]> {
  const sql = connect(url, { max: 1, statementTimeoutSeconds: 0, name: 'duly migrate' })
  try {
    await createWhereMissing(sql, url)
    const [server] = await sql<{ number: number; version: string }[]>`
      select current_setting('server_version_num')::int as number, current_setting('server_version') as version`
    if (server) requireSupported(server.number, server.version)
    await sql`set lock_timeout = 0`
    await sql`select pg_advisory_lock(${migrationLock})`
    try {
      return await dbmate(url, 'up', ending)
    } catch (error) {
      // When the database itself has gone meanwhile, this says so with the driver's error.
      await sql`select 1`
      throw error instanceof DbmateError
        ? new MigrationError(`The migrations could not be applied: ${error.message}`)
        : error
    }
  } finally {
    await sql.end({ timeout: 2 })
  }
}

async function createWhereMissing(sql: Sql, url: string): Promise<void> {
  try {
    await sql`select 1`
  } catch (error) {
    if ((error as { code?: string }).code !== '3D000') throw error
    const problem = await dbmate(url, 'create').then(
      () => undefined,
      (refused: Error) => refused,
    )
    try {
      // Another replica may have made it in the same moment.
      await sql`select 1`
    } catch (still) {
      if ((still as { code?: string }).code !== '3D000' || !problem) throw still
      throw new MigrationError(
        `The database of DATABASE_URL does not exist and its user may not create it: create it, or let the user (${problem.message.split('\n').at(-1)}).`,
      )
    }
  }
}

/** @throws MigrationError for a PostgreSQL that is too old, by its number, such as 140011 for 14.11 */
export function requireSupported(number: number, version: string): void {
  if (number < 150_000) throw new MigrationError(`PostgreSQL ${version} is too old: Duly needs PostgreSQL 15 or newer.`)
}

async function dbmate(url: string, verb: 'up' | 'create', ending?: AbortSignal): Promise<string[]> {
  const address = new URL(url)
  // The driver uses no TLS unless told to; dbmate would demand it.
  if (!address.searchParams.has('sslmode')) address.searchParams.set('sslmode', 'disable')
  const { promise, resolve, reject } = Promise.withResolvers<string[]>()
  const child = spawn(resolveBinary(), ['--no-dump-schema', '--migrations-dir', folder, verb], {
    env: { PATH: '/usr/bin:/bin', DATABASE_URL: address.href },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Out of reach of a Ctrl-C in the terminal: it is ended by `ending`.
    detached: true,
    ...(ending ? { signal: ending } : {}),
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      said += chunk
    })
  child.on('error', reject)
  // Only the exit code tells: a failing migration prints "Applied" as well.
  child.on('close', (code) => {
    if (code === 0) resolve(said.split('\n').filter((line) => line.startsWith('Applied:')))
    else reject(new DbmateError(said.trim().replaceAll(address.href, 'the database')))
  })
  return promise
}

/** How many migrations this version brings that the database does not have. */
export async function countPending(sql: Sql): Promise<number> {
  const glob = new Bun.Glob('*.sql')
  const versions = [...glob.scanSync(folder)].map((file) => file.split('_')[0] ?? '')
  const [row] = await sql<{ applied: number }[]>`
    select count(*)::int as applied
    from schema_migrations
    where version = any(${versions})`
  return versions.length - (row?.applied ?? 0)
}
