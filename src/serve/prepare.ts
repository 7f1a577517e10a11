import type { Config } from '../config/config.ts'
import { isDatabaseUnavailable, rejectsSettings } from '../database/fault.ts'
import { migrate } from '../database/migrate.ts'
import { permissionDenied } from '../database/migration-error.ts'
import { prepareSessions } from '../database/prepare-sessions.ts'
import type { Sql } from '../database/sql.ts'
import type { Credentials } from '../http/auth-schemes.ts'
import { type Log, logDatabaseUnavailable } from '../log/log.ts'
import { ensureFirstService } from '../services/first-service.ts'

/** The settings of the API's pool, for the check of its sessions. */
const apiSessions = { max: 1, statementTimeoutSeconds: 10 }

const settingsGiven =
  'a connection pool drops the settings that Duly asks for: they were given to the database user, for this database'
const settingsInTransactions =
  'a connection pool drops the planner settings of the scheduler: each of its statements sets them in a transaction of its own, which costs two round trips'
/** What is logged when prepared statements do not survive between statements. */
export const statementsLost =
  'a connection pool passes sessions on after each transaction, and prepared statements with them: PostgreSQL plans each statement again whenever it runs, which takes more of its CPU. With PgBouncer 1.21 or newer set max_prepared_statements, or use pool_mode=session, or let DATABASE_URL bypass it'

const newerDatabase =
  'the database has migrations of a newer version of Duly, which this version does not know; it starts all the same. Run the newer version'

/** The steps before the API can be served: migrations, and a first service. */
export class Preparation {
  /** The step that the start waits for, as a sentence for /health/ready; undefined once all are done. */
  waitsFor: string | undefined = 'The migrations are not applied yet.'

  constructor(
    readonly url: string,
    readonly sql: Sql,
    readonly config: Config,
    readonly log: Log,
  ) {}

  /**
   * Runs all steps. While the database is unavailable it logs that once and tries again every second.
   * @returns undefined when `ending` was aborted; otherwise the credentials to print, if any
   * @throws MigrationError, CredentialsFileError, or the driver's error when the database refuses the settings or the role
   */
  async run(ending: AbortSignal): Promise<{ credentials: Credentials | undefined } | undefined> {
    let logged = false
    while (!ending.aborted) {
      try {
        await this.#migrate(ending)
        this.waitsFor = 'The first service is not made yet.'
        const credentials = await ensureFirstService(this.sql, this.config, this.log)
        this.waitsFor = undefined
        return { credentials }
      } catch (error) {
        if (ending.aborted) break
        if ((error as { code?: string }).code === '42501') throw permissionDenied(error as Error)
        if (rejectsSettings(error) || !isDatabaseUnavailable(error)) throw error
        this.waitsFor = 'The database does not answer; the start waits for it.'
        if (!logged)
          logged = logDatabaseUnavailable(
            this.log,
            'error',
            { err: error },
            'the database cannot be reached; the start waits for it',
          )
        await Bun.sleep(1_000)
      }
    }
    return undefined
  }

  async #migrate(ending: AbortSignal): Promise<void> {
    const { applied, unknown } = await migrate(this.url, {
      migrationUrl: this.config.databaseMigrationUrl,
      ending,
      report: (line) => {
        // The line names the other session. It is logged only, because /health/ready needs no credentials.
        this.waitsFor = 'The migrations wait for another session of the database, which the log names.'
        this.log.warn(line)
      },
    })
    const kept = await prepareSessions(this.url, { ...apiSessions, name: 'duly start' }, (settings) =>
      this.log.warn({ settings }, settingsGiven),
    )
    if (!kept.settings && this.config.schedulerEnabled) this.log.info(settingsInTransactions)
    if (!kept.statements) this.log.warn(statementsLost)
    if (applied.length > 0) this.log.info({ files: applied }, 'migrations applied')
    if (unknown.length > 0) this.log.warn({ versions: unknown }, newerDatabase)
  }
}
