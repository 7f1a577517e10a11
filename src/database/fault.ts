/**
 * The cause of a failed statement.
 * - `row`: one row or value. PostgreSQL rejects it and would accept others.
 * - `database`: the database, its schema, the role or the connection. Any other statement would fail as well, perhaps only
 *   for a moment.
 * - `unclear`: not known, as for internal errors of PostgreSQL and errors of this program.
 */
export type Fault = 'row' | 'database' | 'unclear'

/**
 * The SQLSTATEs that are caused by a row (PostgreSQL manual, appendix A): cardinality (21), data exception (22), integrity
 * constraint (23), WITH CHECK OPTION (44), errors raised by a trigger (P0), an index entry or a value that is too large
 * (54000). No row is isolated for any other code.
 */
const rowCodes = /^(21...|22...|23...|44...|P0...|54000)$/
/** Internal errors (XX), syntax errors (42601), other program limits (54). */
const unclearCodes = /^(XX...|42601|54...)$/
const sqlState = /^[0-9A-Z]{5}$/
/** Codes of the system and the driver for a connection that could not be opened. */
const connectionCodes = /^(E[A-Z]+|CONNECT[A-Z_]*|SASL_[A-Z_]*|AUTH_[A-Z_]*|TLS_[A-Z_]*)$/

/** Reports whether a system error is about a file rather than a connection. */
const isFileError = (error: unknown) => {
  const { path, syscall } = error as { path?: unknown; syscall?: unknown }
  return path !== undefined && syscall !== 'connect'
}

/** Returns the cause of a statement's error. */
export function faultOf(error: unknown): Fault {
  if (isDatabaseUnavailable(error)) return 'database'
  const { code, severity, constraint_name } = (error ?? {}) as Record<string, unknown>
  if (typeof code !== 'string') return 'unclear'
  if (!sqlState.test(code) || severity === undefined)
    return connectionCodes.test(code) && !isFileError(error) ? 'database' : 'unclear'
  // FATAL or PANIC: the session ended, and it is not known whether the row had to do with it.
  if (severity !== 'ERROR') return 'database'
  // A missing partition fails every row with the code of a check constraint, and a missing default with that of not null.
  if (code === '23514' && constraint_name === undefined) return 'database'
  if (code === '23502') return 'unclear'
  if (rowCodes.test(code)) return 'row'
  return unclearCodes.test(code) ? 'unclear' : 'database'
}

/**
 * Reports whether a statement was rolled back by a serialization failure or a deadlock, and may succeed when it is sent
 * again.
 */
export function isConflict(error: unknown): boolean {
  return ['40001', '40P01'].includes((error as { code?: string } | null)?.code ?? '')
}

/**
 * Reports whether a statement was not run because the session does not know the prepared statement, or knows another one by
 * its name: a pooler has passed it to another session. It may succeed when it is sent again without being prepared.
 */
export function isLostStatement(error: unknown): boolean {
  return ['26000', '42P05'].includes((error as { code?: string } | null)?.code ?? '')
}

const unavailableCodes = new Set([
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
  // read-only server (during a failover), lock timeout, serialization failure, deadlock
  '25006',
  '55P03',
  '40001',
  '40P01',
])

/**
 * SQLSTATE classes: connection exception (08), invalid authorization (28), missing database (3D), insufficient resources
 * (53), operator intervention such as a shutdown or a statement timeout (57), system error (58).
 */
const unavailableClasses = /^(08|28|3D|53|57|58)[0-9A-Z]{3}$/

/** Codes of a statement that was never sent because no connection could be opened. */
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

/**
 * Reports whether the server or its certificate rejects the configured connection, so that waiting at startup would not
 * help.
 */
export function rejectsSettings(error: unknown): boolean {
  const code = String((error as { code?: unknown } | null)?.code ?? '')
  return /^(28...|TLS_.*|08P01)$/.test(code)
}

/**
 * SQLSTATEs after which the transaction may be committed nevertheless: cancelled or shut down during the commit, or
 * disconnected.
 */
const inDoubt = /^(08...|40003|57014|57P0[1245]|58...)$/

/**
 * Reports whether a statement that failed with this error may have been committed, or may still be. After any other
 * error of the server it was rolled back.
 */
export function mayHaveCommitted(error: unknown): boolean {
  const code = String((error as { code?: unknown } | null)?.code ?? '')
  if (/^[0-9A-Z]{5}$/.test(code)) return inDoubt.test(code)
  return !unsentCodes.has(code)
}

/** Reports whether a statement exceeded lock_timeout (55P03) or statement_timeout (57014). */
export function isTimeout(error: unknown): boolean {
  return ['55P03', '57014'].includes((error as { code?: string } | null)?.code ?? '')
}

/**
 * Reports whether an error means that the database cannot serve the statement at present, rather than that the statement
 * is wrong.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && (unavailableCodes.has(code) || unavailableClasses.test(code))
}
