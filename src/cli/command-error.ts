import type { FieldError } from '../formats/field-error.ts'

/** A command failed: exit code 1. The message is one sentence. */
export class CommandError extends Error {
  /** What failed, for programs. */
  readonly code: string = 'failed'
  /** What is wrong with which field; empty for errors of other kinds. */
  readonly errors: readonly FieldError[] = []
}

/** A command was used wrongly: exit code 2. The message is one sentence. */
export class UsageError extends CommandError {
  override readonly code: string = 'usage'
}
