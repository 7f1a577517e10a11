import { type ConnectOptions, connect, settingsOf } from './connect.ts'
import { MigrationError } from './migration-error.ts'
import { expectedSettings } from './settings.ts'
import type { Sql } from './sql.ts'

/** Settings for which a lower value is acceptable as well; 0 stands for no limit. */
const limits = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout']

const advice = 'configure PgBouncer as docs/operating.md describes, or let DATABASE_URL bypass it.'

/**
 * Checks that sessions have the settings that Duly needs and support prepared statements. A pooler such as PgBouncer may
 * drop settings, and may run a prepared statement in another session than the one in which it was prepared.
 * @param options of the connections to check
 * @throws MigrationError with one sentence; the driver's error if the database is not available
 */
export async function checkSessions(url: string, options: ConnectOptions): Promise<void> {
  const [one, other] = [0, 1].map(() => connect(url, { ...options, max: 1 })) as [Sql, Sql]
  try {
    const missing = await missingSettings(one, options)
    if (missing.length > 0)
      throw new MigrationError(
        `The settings that Duly asks for do not reach PostgreSQL (${missing.join(', ')}): ${advice}`,
      )
    if ((await isShared(one, other)) && !(await isRenamed(other)))
      throw new MigrationError(
        `Sessions are pooled by transaction, and prepared statements do not survive that: use PgBouncer 1.21 or newer with max_prepared_statements, or pool_mode=session; ${advice}`,
      )
  } finally {
    await Promise.all([one, other].map((pool) => pool.end({ timeout: 1 })))
  }
}

/** Returns the settings of a session that differ from the expected ones, each as `NAME is VALUE`. */
export async function missingSettings(sql: Sql, options: ConnectOptions): Promise<string[]> {
  const expected = expectedSettings(settingsOf(options))
  const found = await sql<{ name: string; setting: string }[]>`/* duly:read_settings */
    select name, setting
    from pg_settings
    where name = any(${Object.keys(expected)})`
  return found
    .filter(({ name, setting }) => {
      const value = String(expected[name])
      if (limits.includes(name) && value !== '0') return Number(setting) === 0 || Number(setting) > Number(value)
      return setting !== value
    })
    .map(({ name, setting }) => `${name} is ${setting}`)
}

/** Reports whether a transaction of one connection ran in the session that the other connection had just used. */
async function isShared(one: Sql, other: Sql): Promise<boolean> {
  const pidOf = async (sql: Sql) =>
    (await sql<{ pid: number }[]>`/* duly:read_pid */ select pg_backend_pid() as pid`)[0]?.pid
  for (let attempt = 0; attempt < 3; attempt++) {
    const pid = await pidOf(one)
    if ((await other.begin((transaction) => pidOf(transaction as unknown as Sql))) === pid) return true
  }
  return false
}

/** Reports whether the pooler renames prepared statements, which it does if it prepares them in every session it uses. */
async function isRenamed(sql: Sql): Promise<boolean> {
  return sql.begin(async (transaction) => {
    const { statement } = await transaction`/* duly:prepare */ select ${1}::integer as one`
    const found = await transaction`/* duly:find_prepared */
      select
      from pg_prepared_statements
      where name = ${statement.name}`
    return found.length === 0
  }) as Promise<boolean>
}
