import { type ConnectOptions, connect, settingsOf } from './connect.ts'
import { MigrationError } from './migration-error.ts'
import { expectedSettings } from './settings.ts'
import type { Sql } from './sql.ts'

/** Limits may be tighter than those asked for, and are no limits when they are 0. */
const limits = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout']

const advice = 'docs/operating.md says how PgBouncer has to be set, or let DATABASE_URL lead past it.'

/**
 * Looks whether sessions are what was asked for: a pool in between may drop the settings, and may give a statement to another
 * session than the one that it was prepared in.
 * @param options of the connections to look at
 * @throws MigrationError in one sentence; the driver's error when the database cannot be reached
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
        `Sessions are pooled by transaction, and prepared statements get lost in that: it takes PgBouncer 1.21 or newer with max_prepared_statements, or pool_mode=session; ${advice}`,
      )
  } finally {
    await Promise.all([one, other].map((pool) => pool.end({ timeout: 1 })))
  }
}

/** The settings that a session lacks, with what it has. */
export async function missingSettings(sql: Sql, options: ConnectOptions): Promise<string[]> {
  const wanted = expectedSettings(settingsOf(options))
  const found = await sql<{ name: string; setting: string }[]>`
    select name, setting from pg_settings where name = any(${Object.keys(wanted)})`
  return found
    .filter(({ name, setting }) => {
      const want = String(wanted[name])
      if (limits.includes(name) && want !== '0') return Number(setting) === 0 || Number(setting) > Number(want)
      return setting !== want
    })
    .map(({ name, setting }) => `${name} is ${setting}`)
}

/** Whether a transaction of one connection runs in the session that another connection had just before. */
async function isShared(one: Sql, other: Sql): Promise<boolean> {
  const pidOf = async (sql: Sql) => (await sql<{ pid: number }[]>`select pg_backend_pid() as pid`)[0]?.pid
  for (let look = 0; look < 3; look++) {
    const pid = await pidOf(one)
    if ((await other.begin((transaction) => pidOf(transaction as unknown as Sql))) === pid) return true
  }
  return false
}

/** Whether the pool in between gives prepared statements names of its own, by which it finds them in every session. */
async function isRenamed(sql: Sql): Promise<boolean> {
  return sql.begin(async (transaction) => {
    const { statement } = await transaction`select ${1}::integer as one`
    const kept = await transaction`select from pg_prepared_statements where name = ${statement.name}`
    return kept.length === 0
  }) as Promise<boolean>
}
