import { writeSync } from 'node:fs'

/**
 * Writes a line to stderr, as it stands: `console.error` colours it on any terminal, one that knows no colours (TERM=dumb)
 * too. What cannot be written is left.
 */
export function writeToStderr(text: string): void {
  try {
    writeSync(2, `${text}\n`)
  } catch {
    // Nobody reads it, or its disk is full.
  }
}
