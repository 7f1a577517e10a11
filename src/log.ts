import pino from 'pino'

export type Log = pino.Logger

/** One line of JSON per event, to stderr: stdout is left to what a person reads at the start. */
export function createLog(level: string): Log {
  return pino(
    { level, base: undefined, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 2, sync: true }),
  )
}

/** A log that says nothing, for tests and command line. */
export const silentLog: Log = pino({ level: 'silent' })
