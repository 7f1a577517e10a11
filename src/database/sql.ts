import type postgres from 'postgres'

/**
 * A pool of connections. timestamptz values are returned and passed as RFC 3339 text with up to six fractional digits, and
 * int8 values as numbers.
 */
export type Sql = postgres.Sql<{ date: string; bigint: number }>

/** A part of a statement, to be embedded in another one. */
export type Fragment = postgres.PendingQuery<postgres.Row[]>

/** Counts of a pool's statements, for /metrics. A transaction counts as one statement. */
export interface PoolLoad {
  /** The label of the pool in /metrics. */
  readonly name: string
  /** The maximum number of connections. */
  readonly max: number
  /** Statements that are running or waiting for a connection. */
  underWay: number
  /** Statements that have ended since the pool was opened. */
  ended: number
}

/** Why the connections of a pool were replaced: the server stopped responding, or it became read-only. */
export type Replacement = 'silent' | 'read-only'
