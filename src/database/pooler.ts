import { type ConnectOptions, connect, learnArrays, settingsOf } from './connect.ts'
import { type Missing, MissingSettingsError, readRole } from './role-settings.ts'
import { routeTo } from './route.ts'
import { expectedSettings } from './settings.ts'
import type { Sql } from './sql.ts'

/** Settings for which a lower value is acceptable as well; 0 stands for no limit. */
const limits = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout']

/** How often it is tried whether two connections get the same session. Of a busy pool, others may take it in between. */
const triesAtMost = 10

/** What the sessions of an address keep. Both are true without a pooler. */
export interface Kept {
  /** Whether a prepared statement is there when it is run again. */
  readonly statements: boolean
  /** Whether sessions have the planner settings that a connection asks for at its start. */
  readonly settings: boolean
}

/**
 * Checks that sessions have the settings that Duly needs, and finds out what else they keep. A pooler such as PgBouncer may
 * drop settings, and may run a prepared statement in another session than the one in which it was prepared. All pools of this
 * address go by what was found.
 * @param options of the connections to check
 * @throws MissingSettingsError; the driver's error if the database is not available
 */
export async function checkSessions(url: string, options: ConnectOptions): Promise<Kept> {
  const { keeps } = routeTo(url)
  const byKey = { ...options, byKey: true, max: 1 }
  const [one, other] = [connect(url, { ...options, max: 1 }), connect(url, byKey)]
  try {
    const missing = await missingSettings(one, options)
    learnArrays(one)
    if (missing.length > 0) throw new MissingSettingsError(missing, await readRole(one))
    // Outside a transaction the settings would be set for the statement.
    const missingByKey = await other.begin((own) => missingSettings(own as unknown as Sql, byKey))
    keeps.settings = missingByKey.length === 0
    // Once it is known that they are lost, the connections prepare none, and cannot tell any more.
    if (keeps.statements) keeps.statements = !(await isShared(one, other)) || (await isRenamed(other))
    return { statements: keeps.statements, settings: keeps.settings }
  } finally {
    await Promise.all([one, other].map((pool) => pool.end({ timeout: 1 })))
  }
}

/** Returns the settings of a session that differ from the expected ones. */
export async function missingSettings(sql: Sql, options: ConnectOptions): Promise<Missing[]> {
  const expected = expectedSettings(settingsOf(options))
  const found = await sql<{ name: string; setting: string }[]>`/* duly:read_settings */
    select name, setting
    from pg_settings
    where name = any(${Object.keys(expected)})
    order by name`
  return found
    .filter(({ name, setting }) => {
      const value = String(expected[name])
      if (limits.includes(name) && value !== '0') return Number(setting) === 0 || Number(setting) > Number(value)
      return setting !== value
    })
    .map(({ name, setting }) => ({ name, found: setting, expected: String(expected[name]) }))
}

/** Reports whether transactions of a connection run in sessions that other connections use as well. */
async function isShared(one: Sql, other: Sql): Promise<boolean> {
  let last: number | undefined
  for (let tries = 0; tries < triesAtMost; tries++) {
    const { pid, isDirect } = await readProcess(one)
    // The server said at the start of the connection which process serves it: a pooler says something else.
    if (isDirect) return false
    if (last !== undefined && last !== pid) return true
    const next = await other.begin((own) => readProcess(own as unknown as Sql))
    if (next.pid === pid) return true
    last = pid
  }
  return false
}

/** Reads which process of the server runs a statement, and whether it is the one that the connection was opened to. */
async function readProcess(sql: Sql): Promise<{ pid: number; isDirect: boolean }> {
  const rows = await sql<{ pid: number }[]>`/* duly:read_pid */ select pg_backend_pid() as pid`
  const pid = rows[0]?.pid ?? 0
  return { pid, isDirect: pid === rows.state.pid }
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
