import type { FieldError } from '../../formats/field-error.ts'
import { CommandError } from '../command-error.ts'
import { printable } from '../printable.ts'

/** A position in a file of a task set. */
export interface Place {
  /** The file as it was named; `stdin` for stdin. */
  readonly file: string
  /** From 1. */
  readonly line: number
}

/** What is wrong in a file of a task set. */
export interface Problem extends Place {
  /** JSON pointer into the request: `/tasks/reports~1nightly/url`. Empty for the file as a whole. */
  readonly path: string
  /** The key of the task; undefined outside of tasks. */
  readonly key?: string | undefined
  /** What the message is about, such as `header.X-Team`; empty for the task or the file itself. */
  readonly field: string
  /** Follows the field: "must be …". Never quotes a value, which may be a secret. */
  readonly message: string
}

/** How many problems are printed at most. */
const shownAtMost = 20

/** Files of a task set that cannot be used. The message has one line for each problem: `FILE:LINE: KEY: field must …`. */
export class SetFileError extends CommandError {
  override readonly code: string = 'invalid_input'
  override readonly errors: readonly (FieldError & Place)[]

  constructor(problems: readonly Problem[]) {
    const lines = problems.slice(0, shownAtMost).map(lineOf)
    const more = problems.length - lines.length
    if (more > 0) lines.push(`… and ${more} more`)
    super(lines.length === 1 ? (lines[0] as string) : `The files cannot be used:\n${lines.join('\n')}`)
    this.errors = problems.map(({ file, line, path, message }) => ({ path, message, file, line }))
  }
}

/** Formats a problem for a person. */
export function lineOf({ file, line, key, field, message }: Problem): string {
  const subject = [key === undefined ? [] : `${key}:`, field === '' ? [] : field].flat()
  return printable(`${file}:${line}: ${[...subject, message].join(' ')}`)
}
