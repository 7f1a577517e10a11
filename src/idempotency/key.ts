import { Type } from '@sinclair/typebox'
import type { Fragment, Sql } from '../database/sql.ts'
import { ApiError } from '../http/errors.ts'

/** Schema of the headers of a route that accepts an Idempotency-Key. */
export const IdempotencyHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      pattern: '^[\\x21-\\x7e]{1,255}$',
      description: '1 to 255 visible ASCII characters: a repeat with it within 24 hours gives the same result back',
    }),
  ),
})

/** An idempotency key and the hashes of its request. */
export interface Once {
  readonly key: string
  /** The first hash is stored. A stored hash that equals any of them means the same request. */
  readonly bodyHashes: readonly Buffer[]
}

/** What was stored with an idempotency key: what its first request created. */
interface KeyResult {
  /** Whether the first request had the same body. */
  readonly same: boolean
  /** Whether its 24 hours are over, so that it is free for any request. */
  readonly expired: boolean
  readonly task_id: string | null
  readonly task_ids: string[] | null
  readonly execution_created_at: string | null
  readonly execution_id: string | null
  /** What was answered, for a request whose answer is not read again. */
  readonly answer: unknown
}

/**
 * Looks up an idempotency key.
 * @returns undefined when the key is not stored: it was never used, has expired and was purged, or was deleted with its task
 */
export async function findKey(sql: Sql, serviceId: string, { key, bodyHashes }: Once): Promise<KeyResult | undefined> {
  const [row] = await sql<KeyResult[]>`
    /* duly:find_idempotency_key */
    select
      encode(body_hash, 'hex') = any(${bodyHashes.map((hash) => hash.toString('hex'))}::text[]) as same,
      created_at <= now() - interval '24 hours' as expired,
      task_id, task_ids, execution_created_at, execution_id, answer
    from idempotency_key
    where service_id = ${serviceId}
      and key = ${key}`
  return row
}

/**
 * SQL: the end of an `insert into idempotency_key`, which returns the key, or no row when it was used within 24 hours. A key that is
 * older is taken over with all that is inserted; what the insert does not name becomes null.
 */
export const unlessUsed = (sql: Sql): Fragment => sql`
  on conflict (service_id, key) do update
  set body_hash = excluded.body_hash,
      task_id = excluded.task_id,
      task_ids = excluded.task_ids,
      execution_created_at = excluded.execution_created_at,
      execution_id = excluded.execution_id,
      answer = excluded.answer,
      created_at = now()
  where idempotency_key.created_at <= now() - interval '24 hours'
  returning key`

/** 409 for a key that was used for another request. */
export function keyUsed(): ApiError {
  return new ApiError(
    'idempotency_key_reused',
    'This Idempotency-Key was used within 24 hours for another request: use a new key for another one.',
  )
}

/** 409 for a key whose result was deleted. */
export function resultGone(): ApiError {
  return new ApiError(
    'idempotency_result_deleted',
    'What this Idempotency-Key created has been deleted: use a new key to create it again.',
  )
}
