import pino from 'pino'
import { databaseIsAway } from '../database/fault.ts'
import { LogDestination } from './log-destination.ts'

export type Log = pino.Logger

/**
 * One line of JSON per event, to stderr: stdout is left to what a person reads at the start. Logging never throws: a line
 * that cannot be written, whatever the reason, is counted (see `unwrittenLines`).
 */
export function createLog(level: string, destination: pino.DestinationStream = new LogDestination(2)): Log {
  const lost = { lines: 0 }
  const log = pino(
    {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: describeError },
      hooks: {
        logMethod(args, method) {
          try {
            method.apply(this, args)
          } catch {
            lost.lines++
          }
        },
      },
    },
    destination,
  )
  unwritten.set(log, lost)
  return log
}

const unwritten = new WeakMap<Log, { lines: number }>()

/** How many lines of a log could not be written since it was made. */
export const unwrittenLines = (log: Log): number => unwritten.get(log)?.lines ?? 0

/**
 * An error with its stack; a database that is away is nobody's bug, and its stack would only frighten. Of what PostgreSQL
 * refused only what it names itself is told: its detail quotes whole rows, headers and payloads among them, and its
 * message quotes a value that has the wrong form.
 */
export function describeError(error: Error & { code?: string; severity?: string }): object {
  if (databaseIsAway(error)) return { type: error.name, code: error.code, message: error.message }
  if (error?.severity === undefined) return pino.stdSerializers.err(error)
  const { constraint_name, table_name, column_name, routine } = error as unknown as Record<string, unknown>
  const message = String(error.code).startsWith('22') ? error.message.replace(/".*"/s, '"…"') : error.message
  const stack = error.stack?.replace(error.message, message)
  return { type: error.name, code: error.code, message, constraint_name, table_name, column_name, routine, stack }
}

/** A log that says nothing, for tests and command line. */
export const silentLog: Log = pino({ level: 'silent' })

const quietMs = 1_000
const saidAway = new WeakMap<Log, { at: number; unsaid: number }>()

/**
 * Tells that the database is away: one line a second at most from all who find out, with how many were left out since
 * the one before it.
 * @returns whether it was told
 */
export function logDatabaseAway(log: Log, level: 'warn' | 'error', fields: object, message: string): boolean {
  const now = performance.now()
  const last = saidAway.get(log)
  if (last && now - last.at < quietMs) {
    last.unsaid++
    return false
  }
  saidAway.set(log, { at: now, unsaid: 0 })
  log[level](last?.unsaid ? { ...fields, left_out: last.unsaid } : fields, message)
  return true
}
