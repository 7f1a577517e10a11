import { maskEntries } from '../audit/queries.ts'
import type { Sql } from '../database/sql.ts'
import { mask } from '../formats/secret-mask.ts'
import { keyIdOf } from '../secrets/key.ts'
import { firstCursor, listUnsealed, replaceHeaders, type TaskCursor, type TaskHeaders } from '../secrets/queries.ts'
import { SealedError, type Secrets } from '../secrets/secrets.ts'
import { firstTexts, resealTexts, type TextsPosition } from './reseal-texts.ts'

/** Attempts at one batch while others keep changing its tasks. */
const triesAtMost = 10

/**
 * Goes through all tasks in batches, and seals with the current key every secret header that is stored in clear or sealed
 * with a key other than `keyIds`. Then it does the same with the sealed texts of all other columns.
 */
export class Sealing {
  /** Tasks whose secret headers were sealed. */
  sealed = 0
  /** Sealed texts of other columns that were sealed again. */
  others = 0
  /** How many tasks and sealed texts no key of this server opens, by the id of their key. */
  readonly unopened = new Map<string, number>()
  /** Tasks that could not be sealed because others changed them at every attempt. */
  skipped = 0
  /** Whether the last call of `next` has read as many tasks as it might, and none of them had to be sealed. */
  foundNone = false
  #after: TaskCursor | undefined = firstCursor
  #texts: TextsPosition | undefined = firstTexts
  #tries = 0

  /** @param keyIds ids of the keys whose seals may stay */
  constructor(
    readonly sql: Sql,
    readonly secrets: Secrets,
    readonly keyIds: readonly string[],
  ) {}

  /**
   * Goes through the next `count` tasks or, after the last one, rows with sealed texts.
   * @returns false when there are no more
   */
  async next(count: number): Promise<boolean> {
    this.foundNone = false
    if (this.#after === undefined) return this.#nextTexts(count)
    const { found, last } = await listUnsealed(this.sql, this.secrets.names.pattern, this.keyIds, this.#after, count)
    this.foundNone = found.length === 0 && last !== undefined
    const unopened = new Map(this.unopened)
    const changes = found.flatMap((stored) => sealAnew(this.secrets, stored, unopened))
    // The audit log first: if the process stops before the tasks are written, they are found again.
    const clear = changes.filter(({ wasClear }) => wasClear).map(({ stored }) => stored)
    if (clear.length > 0) await maskEntries(this.sql, clear, this.secrets.names.pattern)
    const replaced = changes.length > 0 ? (await replaceHeaders(this.sql, changes)).length : 0
    this.sealed += replaced
    // Tasks whose headers were changed meanwhile are not written. The batch is read again.
    if (replaced < changes.length && ++this.#tries < triesAtMost) return true
    this.skipped += changes.length - replaced
    this.#tries = 0
    this.#after = last
    for (const [id, tasks] of unopened) this.unopened.set(id, tasks)
    return true
  }

  async #nextTexts(count: number): Promise<boolean> {
    if (this.#texts === undefined) return false
    const { sql, secrets, keyIds, unopened } = this
    const { sealed, next } = await resealTexts(sql, secrets, keyIds, this.#texts, count, unopened)
    this.others += sealed
    this.#texts = next
    return next !== undefined
  }
}

const batch = 1_000

/** Seals all that is sealed, as `Sealing` does. */
export async function sealStored(sql: Sql, secrets: Secrets, keyIds: readonly string[]): Promise<Sealing> {
  const sealing = new Sealing(sql, secrets, keyIds)
  while (await sealing.next(batch));
  return sealing
}

function sealAnew(secrets: Secrets, stored: TaskHeaders, unopened: Map<string, number>) {
  const binding = { service_id: stored.service_id, task_id: stored.id }
  try {
    const values = secrets.open(binding, stored.secret_header ?? {})
    const clear = Object.entries(stored.header).map(([name, value]) => [
      name,
      value === mask ? (values.get(name.toLowerCase()) ?? value) : value,
    ])
    const { header, sealed } = secrets.seal(binding, Object.fromEntries(clear), values)
    const wasClear = JSON.stringify(header) !== JSON.stringify(stored.header)
    return [{ stored, header, secret_header: sealed, wasClear }]
  } catch (error) {
    if (!(error instanceof SealedError)) throw error
    for (const id of new Set(Object.values(stored.secret_header ?? {}).map(keyIdOf)))
      if (!secrets.hasKey(id)) unopened.set(id, (unopened.get(id) ?? 0) + 1)
    return []
  }
}
