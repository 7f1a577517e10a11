import { type ApplyOptions, applyPending } from './apply-pending.ts'
import { connect } from './connect.ts'
import { dbmate } from './dbmate.ts'
import { DialError } from './dial.ts'
import { MigrationError, permissionDenied } from './migration-error.ts'
import { type MigrationState, readMigrationState } from './migrations.ts'
import { requireSupported } from './require-supported.ts'
import type { Sql } from './sql.ts'

/** Options of `migrate`. */
export interface MigrateOptions extends ApplyOptions {
  /**
   * DATABASE_MIGRATION_URL: another URL of the same database, which bypasses a pooler or names a role that may change
   * tables.
   */
  readonly migrationUrl?: string | undefined
}

/**
 * Applies the pending migrations of db/migrations, and creates the database if it does not exist. A database that is up to
 * date is only read, without a lock. Several processes may start at once: one migrates, and the others wait and report
 * for whom.
 * @returns the files that were pending, and the versions that this version of Duly does not know
 * @throws MigrationError, or the driver's error if the database is not available
 */
export async function migrate(
  url: string,
  options: MigrateOptions = {},
): Promise<{ applied: readonly string[]; unknown: readonly string[] }> {
  const migrationUrl = options.migrationUrl ?? url
  const sql = connect(url, { max: 1, statementTimeoutSeconds: 30, name: 'duly migrate', unchecked: true })
  try {
    const before = await readOrCreate(sql, migrationUrl)
    if (before.pending.length === 0) return { applied: [], unknown: before.unknown }
    await applyPending(migrationUrl, options)
    const after = await readMigrationState(sql)
    if (after.pending.length > 0)
      throw new MigrationError(
        `The migrations are applied to the database of DATABASE_MIGRATION_URL, and ${after.pending.length} are missing in that of DATABASE_URL: both must name the same database, and their users must have the same schema first in search_path.`,
      )
    return { applied: before.pending, unknown: after.unknown }
  } finally {
    await sql.end({ timeout: 2 })
  }
}

/** Reads the migration state of the database, creating the database first if it does not exist. */
async function readOrCreate(sql: Sql, migrationUrl: string): Promise<MigrationState> {
  try {
    return await readSupported(sql)
  } catch (error) {
    if (isDenied(error)) throw permissionDenied(error as Error)
    if (!isMissing(error)) throw error
  }
  const problem = await dbmate(migrationUrl, 'create', { lockTimeoutMs: 0 }).then(
    () => undefined,
    (error: Error) => error,
  )
  try {
    // If creating it failed, another replica may have created it at the same moment.
    return await readSupported(sql)
  } catch (error) {
    if (!isMissing(error) || !problem) throw error
    // A standby cannot create it. Wait until it has been promoted, or has received the database from its primary.
    if (problem.message.includes('25006'))
      throw new DialError('The server is a standby, which accepts no writes: waiting for a primary.', '25006')
    throw new MigrationError(
      `The database of DATABASE_URL does not exist and its user may not create it: create it, or allow the user to (${problem.message.split('\n').at(-1)}).`,
    )
  }
}

async function readSupported(sql: Sql): Promise<MigrationState> {
  await requireSupported(sql)
  return readMigrationState(sql)
}

const codeOf = (error: unknown) => (error as { code?: string } | null)?.code
const isMissing = (error: unknown) => codeOf(error) === '3D000'
const isDenied = (error: unknown) => codeOf(error) === '42501'
