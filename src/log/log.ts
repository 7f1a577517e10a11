import pino from 'pino'
import { isDatabaseUnavailable } from '../database/fault.ts'
import { LogDestination } from './log-destination.ts'

/** The log: pino's levels and fields. */
export type Log = pino.Logger

/**
 * Creates a log that writes one JSON object per line to stderr; stdout is for what a person reads at the start. Logging
 * never throws: `unwrittenLines` counts the lines that could not be written.
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

/** Returns how many lines of a log could not be written since it was created. */
export const unwrittenLines = (log: Log): number => unwritten.get(log)?.lines ?? 0

/**
 * Converts an error to the fields that are logged, with its stack. An unavailable database is no bug, so it has no stack.
 * Of an error of PostgreSQL only names, code and message are logged: its detail quotes whole rows, which may hold headers
 * and payloads. In the message of a data exception (class 22) the quoted value is replaced by "…".
 */
export function describeError(error: Error & { code?: string; severity?: string }): object {
  if (isDatabaseUnavailable(error)) return { type: error.name, code: error.code, message: error.message }
  if (error?.severity === undefined) return pino.stdSerializers.err(error)
  const { constraint_name, table_name, column_name, routine } = error as unknown as Record<string, unknown>
  const message = String(error.code).startsWith('22') ? error.message.replace(/".*"/s, '"…"') : error.message
  const stack = error.stack?.replace(error.message, message)
  return { type: error.name, code: error.code, message, constraint_name, table_name, column_name, routine, stack }
}

const intervalMs = 1_000
const lastLogged = new WeakMap<Log, { at: number; leftOut: number }>()

/**
 * Logs that the database is unavailable, at most once per second for all callers together. The field `left_out` is the number
 * of calls since the last line that were not logged.
 * @returns whether this call was logged
 */
export function logDatabaseUnavailable(log: Log, level: 'warn' | 'error', fields: object, message: string): boolean {
  const now = performance.now()
  const last = lastLogged.get(log)
  if (last && now - last.at < intervalMs) {
    last.leftOut++
    return false
  }
  lastLogged.set(log, { at: now, leftOut: 0 })
  log[level](last?.leftOut ? { ...fields, left_out: last.leftOut } : fields, message)
  return true
}
