import { maskEntries } from '../audit/queries.ts'
import type { Sql } from '../database/connect.ts'
import { keyIdOf } from './key.ts'
import { firstPlace, listUnsealed, replaceHeaders, type StoredHeader, type TaskPlace } from './queries.ts'
import { mask, SealedError, type Secrets } from './secrets.ts'

/**
 * Goes through all tasks, a batch at a time, and seals with the current key every secret header that is stored in clear or
 * was sealed with another key than these. What somebody changes meanwhile is sealed by that change.
 */
export class Sealing {
  /** Tasks whose secret headers were sealed. */
  sealed = 0
  /** Tasks with a value that none of the server's keys opens, by the id of its key. */
  readonly unopened = new Map<string, number>()
  #after: TaskPlace | undefined = firstPlace

  /** @param keyIds keys whose seals may stay */
  constructor(
    readonly sql: Sql,
    readonly secrets: Secrets,
    readonly keyIds: readonly string[],
  ) {}

  /** Looks at so many tasks more. @returns false when there are no more */
  async next(count: number): Promise<boolean> {
    if (this.#after === undefined) return false
    const { found, last } = await listUnsealed(this.sql, this.secrets.names.pattern, this.keyIds, this.#after, count)
    const changes = found.flatMap((stored) => sealAnew(this.secrets, stored, this.unopened))
    if (changes.length > 0) {
      this.sealed += (await replaceHeaders(this.sql, changes)).length
      const clear = changes.filter(({ wasClear }) => wasClear).map(({ stored }) => stored)
      if (clear.length > 0) await maskEntries(this.sql, clear, this.secrets.names.pattern)
    }
    this.#after = last
    return last !== undefined
  }
}

const batch = 5_000

/** Goes through all tasks at once. */
export async function sealStored(sql: Sql, secrets: Secrets, keyIds: readonly string[]): Promise<Sealing> {
  const sealing = new Sealing(sql, secrets, keyIds)
  while (await sealing.next(batch));
  return sealing
}

function sealAnew(secrets: Secrets, stored: StoredHeader, unopened: Map<string, number>) {
  const place = { service_id: stored.service_id, task_id: stored.id }
  try {
    const values = secrets.open(place, stored.secret_header ?? {})
    const clear = Object.entries(stored.header).map(([name, value]) => [
      name,
      value === mask ? (values.get(name.toLowerCase()) ?? value) : value,
    ])
    const { header, sealed } = secrets.seal(place, Object.fromEntries(clear), values)
    const wasClear = JSON.stringify(header) !== JSON.stringify(stored.header)
    return [{ stored, header, secret_header: sealed, wasClear }]
  } catch (error) {
    if (!(error instanceof SealedError)) throw error
    for (const id of new Set(Object.values(stored.secret_header ?? {}).map(keyIdOf)))
      if (!secrets.hasKey(id)) unopened.set(id, (unopened.get(id) ?? 0) + 1)
    return []
  }
}
