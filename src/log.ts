import pino from 'pino'
import { databaseIsAway } from './database/connect.ts'

export type Log = pino.Logger

/** One line of JSON per event, to stderr: stdout is left to what a person reads at the start. */
export function createLog(level: string): Log {
  return pino(
    { level, base: undefined, timestamp: pino.stdTimeFunctions.isoTime, serializers: { err: describe } },
    pino.destination({ fd: 2, sync: true }),
  )
}

/** An error with its stack; a database that is away is nobody's bug, and its stack would only frighten. */
function describe(error: Error & { code?: string }): object {
  return databaseIsAway(error)
    ? { type: error.name, code: error.code, message: error.message }
    : pino.stdSerializers.err(error)
}

/** A log that says nothing, for tests and command line. */
export const silentLog: Log = pino({ level: 'silent' })
