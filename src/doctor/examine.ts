import type { Config } from '../config/config.ts'
import { connect } from '../database/connect.ts'
import { MigrationError } from '../database/migration-error.ts'
import { readMigrationState } from '../database/migrations.ts'
import { checkSessions, type Kept } from '../database/pooler.ts'
import { requireSupported } from '../database/require-supported.ts'
import { MissingSettingsError } from '../database/role-settings.ts'
import type { Sql } from '../database/sql.ts'
import { longestDays } from '../maintenance/retention.ts'
import { type Finding, ok, orOk, problem, warning } from './finding.ts'
import { examineHistory } from './history.ts'
import { examineRights } from './rights.ts'
import { examineClock, examineRunning } from './running.ts'
import { examineServer } from './server.ts'
import { examineTables } from './tables.ts'

/**
 * Examines a database: what keeps Duly from working with it, and what will. Changes nothing, and takes no lock that others
 * wait for.
 * @throws the driver's error if the database cannot be reached or refuses the user
 */
export async function examine(url: string, config: Config): Promise<readonly Finding[]> {
  const sql = connect(url, { max: 1, statementTimeoutSeconds: 30, name: 'duly doctor' })
  try {
    const schema = await examineSchema(sql)
    const found = [...schema, ...(await examineSessions(url)), await examineClock(sql)]
    // The tables of an older version lack what the other checks read.
    if (schema.some(({ level }) => level === 'problem')) return found
    return [
      ...(await examineServer(sql)),
      ...found,
      ...(await examineRights(sql)),
      ...(await examineHistory(sql, longestDays(config))),
      ...(await examineTables(sql)),
      ...(await examineRunning(sql)),
    ]
  } finally {
    await sql.end({ timeout: 2 })
  }
}

async function examineSchema(sql: Sql): Promise<readonly Finding[]> {
  const refused = await sentenceOf(() => requireSupported(sql))
  if (refused !== undefined) return [problem('schema', refused, 'See docs/database.md.')]
  const { pending, unknown } = await readMigrationState(sql)
  if (pending.length > 0)
    return [
      problem(
        'schema',
        `${pending.length} migrations are not applied, beginning with ${pending[0]}.`,
        'Run duly migrate, or start a replica.',
      ),
    ]
  if (unknown.length > 0)
    return [
      warning(
        'schema',
        `${unknown.length} migrations are of a newer version of Duly than this one.`,
        'Run the newer version everywhere.',
      ),
    ]
  return [ok('schema', 'All migrations are applied.')]
}

async function examineSessions(url: string): Promise<readonly Finding[]> {
  let keeps: Kept
  try {
    keeps = await checkSessions(url, { max: 1, statementTimeoutSeconds: 10, name: 'duly doctor' })
  } catch (error) {
    if (!(error instanceof MissingSettingsError)) throw error
    const list = error.missing.map(({ name, found }) => `${name} is ${found}`).join(', ')
    return [
      problem(
        'sessions',
        `The settings that Duly asks for do not reach PostgreSQL (${list}): a connection pool drops them.`,
        'Run duly migrate or start a replica: both give them to the database user.',
      ),
    ]
  }
  const found: Finding[] = []
  if (!keeps.statements)
    found.push(
      warning(
        'sessions',
        'A connection pool passes sessions on after each transaction, and prepared statements with them: each statement is planned again whenever it runs.',
        'With PgBouncer 1.21 or newer set max_prepared_statements, or use pool_mode=session, or let DATABASE_URL bypass it.',
      ),
    )
  if (!keeps.settings)
    found.push(
      warning(
        'sessions',
        'A connection pool drops the planner settings of the scheduler: each of its statements takes two round trips more.',
        'Let DATABASE_URL bypass the pool.',
      ),
    )
  return orOk(found, 'sessions', 'Sessions have the settings that Duly asks for, and keep prepared statements.')
}

/** The message of a MigrationError; undefined if there is none. */
async function sentenceOf(work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    if (error instanceof MigrationError) return error.message
    throw error
  }
}
