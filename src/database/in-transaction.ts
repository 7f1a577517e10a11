import { isConflict, isDatabaseUnavailable, isLostStatement } from './fault.ts'
import type { Sql } from './sql.ts'
import { attemptsAtMost, conflictPauseMs } from './watchdog.ts'

/**
 * Runs statements in a transaction. If a serialization failure or a deadlock has rolled it back, or a pooler has lost a prepared
 * statement, it is done again, up to four times in all, as a single statement is.
 * @param mode such as 'read write' or 'read only'
 * @param run only sends statements: it may be called several times
 */
export async function inTransaction<T>(sql: Sql, mode: string, run: (sql: Sql) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++)
    try {
      return (await sql.begin(mode, (transaction) => unlessClosed(run(transaction as unknown as Sql)))) as T
    } catch (error) {
      if (!(isConflict(error) || isLostStatement(error)) || attempt === attemptsAtMost) throw error
      await Bun.sleep(conflictPauseMs * (1 + Math.random()))
    }
}

/**
 * Leaves the error of a connection that is lost to the driver, which ends the transaction when the connection closes. Given
 * the error, it would send a rollback over the closed connection first, which throws out of its reach.
 */
export async function unlessClosed<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    const { severity } = (error ?? {}) as { severity?: string }
    const isOfServer = severity === 'ERROR'
    if (isOfServer || !isDatabaseUnavailable(error)) throw error
    return new Promise<never>(() => {})
  }
}
