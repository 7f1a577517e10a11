import type { Sql } from '../database/sql.ts'
import { placeOf } from '../secrets/sealed-columns.ts'
import { SealedError, type SealedHeader, type Secrets } from '../secrets/secrets.ts'
import type { TaskChange } from './change.ts'
import type { EqualSecrets } from './secret-change.ts'

/**
 * Returns the secrets of a task that a change repeats. Sealing a value twice gives two texts, so that only the opened values tell
 * whether the change changes anything. A stored value that cannot be opened counts as another one.
 * @param change its secrets are sealed for this task
 */
export async function findEqualSecrets(
  sql: Sql,
  secrets: Secrets,
  serviceId: string,
  id: string,
  { header, target }: TaskChange,
): Promise<EqualSecrets> {
  const sealed = header?.sealed ?? {}
  const sealedUrl = target?.sealed?.sealed_url
  if (Object.keys(sealed).length === 0 && sealedUrl === undefined) return { header: {}, url: null }
  const stored = await findSealed(sql, serviceId, id)
  const isEqual = (open: (text: string) => string | undefined, one: string, other: string | undefined) => {
    try {
      return other !== undefined && open(one) === open(other)
    } catch (error) {
      if (error instanceof SealedError) return false
      throw error
    }
  }
  const openHeader = (name: string) => (text: string) =>
    secrets.open({ service_id: serviceId, task_id: id }, { [name]: text }).get(name)
  const openUrl = (text: string) => secrets.openText(placeOf('task', serviceId, id), text, 'the URL')
  const { secret_header, sealed_url } = stored
  return {
    header: Object.fromEntries(
      Object.entries(secret_header ?? {}).filter(
        ([name, text]) => Object.hasOwn(sealed, name) && isEqual(openHeader(name), text, sealed[name]),
      ),
    ),
    url: sealed_url !== null && isEqual(openUrl, sealed_url, sealedUrl) ? sealed_url : null,
  }
}

interface Sealed {
  readonly secret_header: SealedHeader | null
  readonly sealed_url: string | null
}

/** Returns what is sealed of a task; nothing when the service has no such task. */
async function findSealed(sql: Sql, serviceId: string, id: string): Promise<Sealed> {
  const [row] = await sql<Sealed[]>`
    /* duly:find_sealed */
    select secret_header, sealed_url
    from task
    where service_id = ${serviceId}
      and id = ${id}
      and deleted_at is null`
  return row ?? { secret_header: null, sealed_url: null }
}
