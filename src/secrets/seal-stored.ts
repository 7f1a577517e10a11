import type { Sql } from '../database/connect.ts'
import { keyIdOf } from './key.ts'
import { firstPlace, listUnsealed, replaceHeaders, type StoredHeader, type TaskPlace } from './queries.ts'
import { mask, SealedError, type Secrets } from './secrets.ts'

const batch = 5_000

export interface Sealing {
  /** Tasks whose secret headers were sealed. */
  sealed: number
  /** Tasks with a value that none of the server's keys opens, by the id of its key. */
  readonly unopened: Map<string, number>
}

/**
 * Goes through all tasks once, and seals with the current key every secret header that is stored in clear or was sealed
 * with another key than these. What somebody changes meanwhile is sealed by that change.
 * @param keyIds keys whose seals may stay
 * @param ended asked between batches; true ends it early
 */
export async function sealStored(
  sql: Sql,
  secrets: Secrets,
  keyIds: readonly string[],
  ended: () => boolean = () => false,
): Promise<Sealing> {
  const sealing: Sealing = { sealed: 0, unopened: new Map() }
  for (let after: TaskPlace | undefined = firstPlace; after && !ended(); ) {
    const { found, last } = await listUnsealed(sql, secrets.names.pattern, keyIds, after, batch)
    const changes = found.flatMap((stored) => sealAnew(secrets, stored, sealing.unopened))
    if (changes.length > 0) sealing.sealed += (await replaceHeaders(sql, changes)).length
    after = last
  }
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
    return [{ stored, header, secret_header: sealed }]
  } catch (error) {
    if (!(error instanceof SealedError)) throw error
    for (const id of new Set(Object.values(stored.secret_header ?? {}).map(keyIdOf)))
      if (!secrets.hasKey(id)) unopened.set(id, (unopened.get(id) ?? 0) + 1)
    return []
  }
}
