import { Type } from '@sinclair/typebox'
import type { Sql } from '../database/sql.ts'
import { ApiError } from '../http/errors.ts'

/** The headers of a route that creates something: a repeat with the same key gives the same result back. */
export const IdempotencyHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      pattern: '^[\\x21-\\x7e]{1,255}$',
      description: '1 to 255 visible ASCII characters: a repeat with it within 24 hours gives the same result back',
    }),
  ),
})

/** A key, and what tells whether two requests under it ask for the same: the first hash is stored, any of them matches. */
export interface Once {
  readonly key: string
  readonly bodyHashes: readonly Buffer[]
}

/** What the request that used a key brought about. */
export interface KeyResult {
  /** Whether that request asked for the same. */
  readonly same: boolean
  readonly task_id: string | null
  readonly task_ids: string[] | null
  readonly execution_created_at: string | null
  readonly execution_id: string | null
}

/** What a key stands for; undefined when it was not used within its time, or what it created has been deleted since. */
export async function findKey(sql: Sql, serviceId: string, { key, bodyHashes }: Once): Promise<KeyResult | undefined> {
  const [row] = await sql<KeyResult[]>`
    select
      encode(body_hash, 'hex') = any(${bodyHashes.map((hash) => hash.toString('hex'))}::text[]) as same,
      task_id, task_ids, execution_created_at, execution_id
    from idempotency_key
    where service_id = ${serviceId}
      and key = ${key}`
  return row
}

/** 409 for a key that stands for another request. */
export function keyUsed(): ApiError {
  return new ApiError(
    409,
    'This Idempotency-Key was used within 24 hours for another request: use a new key for another one.',
  )
}

/** 409 for a key whose result is gone. */
export function resultGone(): ApiError {
  return new ApiError(409, 'What this Idempotency-Key created was deleted since: use a new key to create it again.')
}
