import type { Config } from '../config.ts'
import { isDatabaseUnavailable, rejectsSettings } from '../database/fault.ts'
import { migrate, permissionDenied } from '../database/migrate.ts'
import { checkSessions } from '../database/pooler.ts'
import type { Sql } from '../database/sql.ts'
import type { Credentials } from '../http/auth-schemes.ts'
import { type Log, logDatabaseAway } from '../log/log.ts'
import { ensureFirstService } from '../services/first-service.ts'

/** As those of the API are. */
const apiSessions = { max: 1, statementTimeoutSeconds: 10 }

const newerDatabase =
  'the database has migrations that this version of Duly does not know: a newer version was here. It goes on with what it knows; run the newer version'

/** What has to be done before the API can be served: migrations, and a first service to sign in with. */
export class Preparation {
  /** What is still waited for, as a sentence for /health/ready; undefined when all is done. */
  waitsFor: string | undefined = 'The migrations are not applied yet.'

  constructor(
    readonly url: string,
    readonly sql: Sql,
    readonly config: Config,
    readonly log: Log,
  ) {}

  /**
   * Does it, and waits for a database that is away, saying so once.
   * @returns undefined when aborted
   * @throws MigrationError, CredentialsFileError, or the driver's error for a database that refuses
   */
  async run(ending: AbortSignal): Promise<{ credentials: Credentials | undefined } | undefined> {
    let said = false
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
        if (!said)
          said = logDatabaseAway(
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
        // Who it is stands in the log: /health/ready answers everybody.
        this.waitsFor = 'The migrations wait for another session of the database, which the log names.'
        this.log.warn(line)
      },
    })
    await checkSessions(this.url, { ...apiSessions, name: 'duly start' })
    if (applied.length > 0) this.log.info({ files: applied }, 'migrations applied')
    if (unknown.length > 0) this.log.warn({ versions: unknown }, newerDatabase)
  }
}
