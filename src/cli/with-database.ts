import { type Config, processConfig } from '../config/config.ts'
import { connect } from '../database/connect.ts'
import { migrate } from '../database/migrate.ts'
import type { Sql } from '../database/sql.ts'
import { openDatabase } from '../embedded-postgres/open-database.ts'
import { writeError } from './output.ts'

/** Runs a command with the address of the database of the settings. Starts the embedded database if it is not running. */
export async function withAddress(work: (url: string, config: Config) => Promise<void>): Promise<void> {
  const config = processConfig()
  const database = await openDatabase(config)
  try {
    await work(database.url, config)
  } finally {
    await database.close()
  }
}

/** Runs a command on the database of the settings, after applying pending migrations; otherwise like `withAddress`. */
export const withDatabase = (work: (sql: Sql, config: Config, url: string) => Promise<void>): Promise<void> =>
  withAddress(async (url, config) => {
    await migrate(url, { migrationUrl: config.databaseMigrationUrl, report: writeError })
    const sql = connect(url, { max: 1, statementTimeoutSeconds: 60, name: 'duly cli', unchecked: true })
    try {
      await work(sql, config, url)
    } finally {
      await sql.end({ timeout: 2 })
    }
  })
