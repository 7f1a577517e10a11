import { maskEntries } from '../audit/queries.ts'
import type { Sql } from '../database/sql.ts'
import { keyIdOf } from '../secrets/key.ts'
import { firstPlace, listUnsealed, replaceHeaders, type StoredHeader, type TaskPlace } from '../secrets/queries.ts'
import { mask, SealedError, type Secrets } from '../secrets/secrets.ts'

/** Looks at one batch, when others change its tasks all the time. */
const triesAtMost = 10

/**
 * Goes through all tasks, a batch at a time, and seals with the current key every secret header that is stored in clear or
 * was sealed with another key than these.
 */
export class Sealing {
  /** Tasks whose secret headers were sealed. */
  sealed = 0
  /** Tasks with a value that none of the server's keys opens, by the id of its key. */
  readonly unopened = new Map<string, number>()
  /** Tasks that were changed by somebody else each time. */
  left = 0
  #after: TaskPlace | undefined = firstPlace
  #tries = 0

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
    const unopened = new Map(this.unopened)
    const changes = found.flatMap((stored) => sealAnew(this.secrets, stored, unopened))
    // Before the tasks: what is cut off in between is found again by them.
    const clear = changes.filter(({ wasClear }) => wasClear).map(({ stored }) => stored)
    if (clear.length > 0) await maskEntries(this.sql, clear, this.secrets.names.pattern)
    const replaced = changes.length > 0 ? (await replaceHeaders(this.sql, changes)).length : 0
    this.sealed += replaced
    // Somebody changed other headers of a task meanwhile, and what it keeps is sealed as before: they are looked at again.
    if (replaced < changes.length && ++this.#tries < triesAtMost) return true
    this.left += changes.length - replaced
    this.#tries = 0
    this.#after = last
    for (const [id, tasks] of unopened) this.unopened.set(id, tasks)
    return last !== undefined
  }
}

const batch = 1_000

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
