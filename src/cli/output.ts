import { writeToStderr } from '../process/stderr.ts'
import { printableJson, printableLines } from './printable.ts'

let listening = false

/**
 * Writes to stdout and resolves when the reader has taken the text, so that output for a slow reader does not fill the
 * memory. When the reader closes the pipe, as `head` does, the process ends with exit code 0.
 */
export function write(text: string): Promise<void> {
  // An error is reported to the callback and as an event. Without a listener the event would crash the process.
  if (!listening) process.stdout.on('error', () => {})
  listening = true
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if ((error as { code?: string } | null)?.code === 'EPIPE') process.exit(0)
      if (error) reject(error)
      else resolve()
    })
  })
}

/** Writes a text and a line end to stdout. */
export const writeLine = (text: string) => write(`${text}\n`)

/** Writes a value as one line of JSON to stdout. */
export const writeJson = (value: unknown) => writeLine(printableJson(value))

/** Writes a text and a line end to stderr, with control characters escaped. */
export const writeError = (text: string) => writeToStderr(printableLines(text))
