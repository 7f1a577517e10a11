import type { TSchema } from '@sinclair/typebox'
import type { FieldError } from '../formats/field-error.ts'

/** A type that a column of a field has. A boolean column has null for false, so that it is empty for most tasks. */
export type ColumnType = 'text' | 'jsonb' | 'timestamptz' | 'integer' | 'smallint' | 'boolean'

/** Describes a field of a task that clients can set. Everything that handles fields is derived from these descriptions. */
export interface TaskField {
  /** Type of the column of `task` that has the field's name; the type under its domain, if it has one. */
  readonly column: ColumnType
  /**
   * Domain of the column. The checks of a domain run when the column is written; a check of the table would run at every claim
   * too, because that updates the row.
   */
  readonly domain?: string
  /** Schema in a request. */
  readonly input: TSchema
  /** Schema in a response. */
  readonly output: TSchema
  /** Value of a new task if the request does not give one. A field without a default is required. */
  readonly default?: unknown
  /** How audit entries store it: unchanged, a time as RFC 3339, headers with secret values masked, a long payload truncated. */
  readonly audit: 'value' | 'time' | 'header' | 'payload'
  /** The field that is needed to understand this one. If either changes, audit entries contain both. */
  readonly pairedWith?: string
  /**
   * Checks a value that the schema accepts for what the schema cannot say. Paths begin at the field: `/max_backoff_seconds`.
   * The value is never null.
   */
  readonly check?: (value: never) => readonly FieldError[]
  /** The default, as text, if it is stored as null, which costs a run of the task nothing. */
  readonly storedAsNull?: '{}' | 'one' | 'keep' | 'skip' | '0'
  /**
   * Whether claims return the field, because the call of the target needs it. 'extra' is for a field that few tasks have: all
   * of these come in one column, which is null for the other tasks and so costs a claim next to nothing.
   */
  readonly isClaimed: boolean | 'extra'
  /**
   * Whether the hash of a request with an Idempotency-Key includes the field even if it has its default. False for a field
   * that is added after a release: keys that were stored before the upgrade must still match.
   */
  readonly isHashedAtDefault: boolean
  /** The option of `duly task create`, or the reason why there is none. */
  readonly option: TaskOption | { readonly none: string }
}

/** The command-line option for a field. */
export interface TaskOption {
  /** The option and its argument, such as `--name <name>`. */
  readonly flags: string
  readonly help: string
  /** How the option's value is parsed. */
  readonly reads: 'text' | 'number' | 'headers' | 'labels' | 'payload' | 'json'
}
