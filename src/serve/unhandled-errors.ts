import { logFailure } from '../background/survive.ts'
import { isDatabaseUnavailable } from '../database/fault.ts'
import { type Log, logDatabaseUnavailable } from '../log/log.ts'

/**
 * Logs errors that nobody handles, until the process ends; otherwise Bun would print their stack traces. One is expected:
 * when the server ends a session while it connects, the driver throws an error that cannot be caught. The statement that
 * waits for the connection fails too, and that failure is handled.
 */
export function logUnhandledErrors(log: Log): void {
  for (const event of ['unhandledRejection', 'uncaughtException'] as const)
    process.on(event, (error: unknown) => {
      if (isDatabaseUnavailable(error))
        logDatabaseUnavailable(log, 'warn', { err: error }, 'a connection to the database was ended')
      else logFailure(log, error, 'an error was not handled; the service goes on')
    })
}
