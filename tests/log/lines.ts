import { PassThrough } from 'node:stream'
import { createLog } from '../../src/log/log.ts'

// biome-ignore lint/suspicious/noExplicitAny: a test reads the fields it names
export type Line = any

/** A log as the service has it, and the lines that were written to it. */
export function readableLog(level: string) {
  const lines: Line[] = []
  const out = new PassThrough()
  out.on('data', (chunk) => lines.push(...parseLines(String(chunk))))
  return { log: createLog(level, out), lines }
}

/** The lines of a log, each an object. */
export function parseLines(text: string): Line[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
}
