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
  if (isDatabaseUnavailable(error)) return 'database'
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

const awayCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  'TLS_NOT_OFFERED',
  'TLS_NOT_TRUSTED',
  'TLS_FAILED',
  // read-only, as behind a failover; the lock of another; a deadlock or conflict that was broken up
  '25006',
  '55P03',
  '40001',
  '40P01',
])

/**
 * Connections, users and passwords that no longer fit, a database that is gone, resources, an operator's doing (a shutdown, a
 * timeout), the machine: classes of PostgreSQL's codes.
 */
const awayClasses = /^(08|28|3D|53|57|58)[0-9A-Z]{3}$/

/** Codes of a statement that was never sent: no connection came about. */
const unsentCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'CONNECT_TIMEOUT',
  'TLS_NOT_OFFERED',
  'TLS_NOT_TRUSTED',
  'TLS_FAILED',
])

/** True when the server, or its certificate, refuses what the settings say: at the start, waiting would not help. */
export function rejectsSettings(error: unknown): boolean {
  const code = String((error as { code?: unknown } | null)?.code ?? '')
  return /^(28...|TLS_.*|08P01)$/.test(code)
}

/**
 * The server's own errors after which a transaction may nevertheless be committed: it was cancelled or shut down while it
 * waited for its commit, or the connection broke.
 */
const inDoubt = /^(08...|40003|57014|57P0[1245]|58...)$/

/**
 * True when it is not known whether the statement that failed with this error has changed anything, or will. Every other
 * error of the server is a rollback.
 */
export function mayHaveCommitted(error: unknown): boolean {
  const code = String((error as { code?: unknown } | null)?.code ?? '')
  if (/^[0-9A-Z]{5}$/.test(code)) return inDoubt.test(code)
  return !unsentCodes.has(code)
}

/** True when a statement waited in vain for what somebody else has locked, or for its own end. */
export function isTimeout(error: unknown): boolean {
  return ['55P03', '57014'].includes((error as { code?: string } | null)?.code ?? '')
}

/** True when an error says that the database cannot be asked now, and not that it was asked something wrong. */
export function isDatabaseUnavailable(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && (awayCodes.has(code) || awayClasses.test(code))
}
