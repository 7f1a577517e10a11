import { databaseIsAway } from './connect.ts'

/**
 * Whose fault an error is.
 * - `row`: a row, or a value that was given: PostgreSQL refuses just this one, and takes others.
 * - `database`: the whole database, its schema, the role or the way to it: nothing else fares better, and it may be well
 *   again in a moment.
 * - `unclear`: neither can be told, as for PostgreSQL's internal errors and those of this program.
 */
export type Fault = 'row' | 'database' | 'unclear'

/**
 * The classes of errors that belong to a row: cardinality (21), data (22), integrity (23), a view's check (44), what a
 * trigger raises (P0), an index entry or value over the limits of the program (54000). It is a list of what is allowed:
 * a code that is not in it isolates no row.
 */
const rowCodes = /^(21...|22...|23...|44...|P0...|54000)$/
/** Internal errors, a statement that does not parse, limits of the program. */
const unclearCodes = /^(XX...|42601|54...)$/
const sqlState = /^[0-9A-Z]{5}$/
/** Codes of the system and the driver for a connection that does not come about. */
const connectionCodes = /^(E[A-Z]+|CONNECT[A-Z_]*|SASL_[A-Z_]*|AUTH_[A-Z_]*|TLS_[A-Z_]*)$/

/** Whether an error of the system is of a file and not of a connection. */
const isOfFile = (error: unknown) => {
  const { path, syscall } = error as { path?: unknown; syscall?: unknown }
  return path !== undefined && syscall !== 'connect'
}

/** Tells whose fault an error of a statement is. */
export function faultOf(error: unknown): Fault {
  if (databaseIsAway(error)) return 'database'
  const { code, severity, constraint_name } = (error ?? {}) as Record<string, unknown>
  if (typeof code !== 'string') return 'unclear'
  if (!sqlState.test(code) || severity === undefined)
    return connectionCodes.test(code) && !isOfFile(error) ? 'database' : 'unclear'
  // A session that ended: what the row had to do with it, if anything, is not known.
  if (severity !== 'ERROR') return 'database'
  // A partition or a default that is missing fails every row, with the code of a check or of a null.
  if (code === '23514' && constraint_name === undefined) return 'database'
  if (code === '23502') return 'unclear'
  if (rowCodes.test(code)) return 'row'
  return unclearCodes.test(code) ? 'unclear' : 'database'
}

/** Whether a statement was rolled back because of another one beside it, and would do if it came again. */
export function isConflict(error: unknown): boolean {
  return ['40001', '40P01'].includes((error as { code?: string } | null)?.code ?? '')
}
