import type postgres from 'postgres'

/** Times arrive as RFC 3339 text with microseconds, int8 as number; a time is passed as RFC 3339 text. */
export type Sql = postgres.Sql<{ date: string; bigint: number }>

/** A part of a statement. */
export type Fragment = postgres.PendingQuery<postgres.Row[]>

/** What a pool has to do; a transaction counts as one statement. */
export interface PoolLoad {
  readonly name: string
  readonly max: number
  /** On their way, or waiting for a connection. */
  underWay: number
  ended: number
}

/** Why connections are replaced. */
export type Replacement = 'silent' | 'read-only'
