import { join } from 'node:path'
import type { Sql } from './sql.ts'

/** The folder of the migrations. */
export const migrationsFolder = join(import.meta.dir, '../../db/migrations')

/**
 * The migrations of this version of Duly compared with those applied to a database. A version is the number at the start
 * of a file's name.
 */
export interface MigrationState {
  /** The files that are not applied yet, in order. */
  readonly pending: readonly string[]
  /** The applied versions without a file: a newer version of Duly has migrated the database. */
  readonly unknown: readonly string[]
}

/**
 * Reads the migration state in one statement, without locking a table against writes. In a new database all files are
 * pending.
 */
export async function readMigrationState(sql: Sql): Promise<MigrationState> {
  return stateOf(await listVersions(sql).catch(orEmpty))
}

const listVersions = (sql: Sql) => sql<{ version: string }[]>`/* duly:list_migrations */
  select version
  from schema_migrations`

function stateOf(rows: readonly { version: string }[]): MigrationState {
  const files = [...new Bun.Glob('*.sql').scanSync(migrationsFolder)].sort()
  const known = files.map(versionOf)
  const applied = rows.map(({ version }) => version).sort()
  return {
    pending: files.filter((file) => !applied.includes(versionOf(file))),
    unknown: applied.filter((version) => !known.includes(version)),
  }
}

const versionOf = (file: string) => /^\d*/.exec(file)?.[0] ?? ''

/** Returns no rows for error 42P01 (the table does not exist yet), and throws any other error. */
function orEmpty(error: unknown): [] {
  if ((error as { code?: string }).code === '42P01') return []
  throw error
}

/** Returns the number of pending migrations. @throws the driver's error, also if the table of versions does not exist */
export async function countPending(sql: Sql): Promise<number> {
  return stateOf(await listVersions(sql)).pending.length
}
