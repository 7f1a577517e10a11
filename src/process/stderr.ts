import { writeSync } from 'node:fs'

/**
 * Writes a line to stderr without colours; `console.error` would add them on every terminal, TERM=dumb included. Errors of
 * the write are ignored.
 */
export function writeToStderr(text: string): void {
  try {
    writeSync(2, `${text}\n`)
  } catch {
    // The reader is gone, or the disk is full.
  }
}
