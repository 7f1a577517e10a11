import { writeToStderr } from '../process/stderr.ts'
import { printableJson, printableLines } from './printable.ts'

let listening = false

/**
 * Writes to stdout and waits until it is taken, so that a slow reader holds the command up instead of filling its memory. A
 * reader that has seen enough (`| head`) ends the command with exit 0.
 */
export function write(text: string): Promise<void> {
  // The error comes to the callback and as an event, which without a listener would end the process as a crash.
  if (!listening) process.stdout.on('error', () => {})
  listening = true
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  process.stdout.write(text, (error) => {
    if ((error as { code?: string } | null)?.code === 'EPIPE') process.exit(0)
    if (error) reject(error)
    else resolve()
  })
  return promise
}

/** Writes a line, or several, to stdout. */
export const writeLine = (text: string) => write(`${text}\n`)

/** Writes a value as one line of JSON to stdout. */
export const writeJson = (value: unknown) => writeLine(printableJson(value))

/** Writes a line, or several, to stderr; whatever stands in it, a terminal only shows it. */
export const tell = (text: string) => writeToStderr(printableLines(text))
