import { join } from 'node:path'
import type { Sql } from './sql.ts'

/** Where the migrations of this version are. */
export const migrationsFolder = join(import.meta.dir, '../../db/migrations')

/** How far a database is, by the versions (the numbers that the files begin with) that dbmate has noted in it. */
export interface MigrationState {
  /** The files that this version of Duly brings and the database lacks, in order. */
  readonly pending: readonly string[]
  /** The versions that the database has and this version of Duly does not know: a newer one has been here. */
  readonly unknown: readonly string[]
}

/** Reads how far the database is, in one statement and without a lock on anything; one without tables lacks everything. */
export async function readMigrationState(sql: Sql): Promise<MigrationState> {
  return stateOf(await sql<{ version: string }[]>`select version from schema_migrations`.catch(orEmpty))
}

function stateOf(rows: readonly { version: string }[]): MigrationState {
  const files = [...new Bun.Glob('*.sql').scanSync(migrationsFolder)].sort()
  const brought = files.map(versionOf)
  const applied = rows.map(({ version }) => version).sort()
  return {
    pending: files.filter((file) => !applied.includes(versionOf(file))),
    unknown: applied.filter((version) => !brought.includes(version)),
  }
}

const versionOf = (file: string) => /^\d*/.exec(file)?.[0] ?? ''

/** 42P01: there is no such table yet. */
function orEmpty(error: unknown): [] {
  if ((error as { code?: string }).code === '42P01') return []
  throw error
}

/** How many migrations this version brings that the database does not have. Throws for one without tables. */
export async function countPending(sql: Sql): Promise<number> {
  return stateOf(await sql<{ version: string }[]>`select version from schema_migrations`).pending.length
}
