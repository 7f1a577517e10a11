import { tellFailure } from '../background/survive.ts'
import { isDatabaseUnavailable } from '../database/fault.ts'
import { type Log, logDatabaseAway } from '../log/log.ts'

/**
 * Logs errors that nobody caught, for the rest of the process; without it the runtime prints their stack traces. The
 * driver leaves one when its session is ended while it connects: the statement behind it fails as well, and is handled.
 */
export function logUnhandledErrors(log: Log): void {
  for (const event of ['unhandledRejection', 'uncaughtException'] as const)
    process.on(event, (error: unknown) => {
      if (isDatabaseUnavailable(error))
        logDatabaseAway(log, 'warn', { err: error }, 'a connection to the database was ended')
      else tellFailure(log, error, 'an error was not handled; the service goes on')
    })
}
