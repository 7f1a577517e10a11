import type { Sql } from '../database/sql.ts'
import { keyIdOf } from '../secrets/key.ts'
import { listSealedTexts, replaceTexts, type TextCursor } from '../secrets/queries.ts'
import { placeOf, sealedColumns } from '../secrets/sealed-columns.ts'
import { SealedError, type Secrets } from '../secrets/secrets.ts'

/** Where the next batch begins: the column, by its index in `sealedColumns`, and the row before. */
export interface TextsPosition {
  readonly column: number
  readonly after: TextCursor | undefined
}

/** The position before the first row of the first column. */
export const firstTexts: TextsPosition = { column: 0, after: undefined }

/**
 * Examines up to `count` rows of a sealed column, and seals with the current key what is sealed with a key other than `keyIds`.
 * A value that is changed meanwhile is left out: it is sealed with the current key already.
 * @param missing the ids of keys that this server does not have are counted here
 * @returns how many were sealed, and where to go on; undefined after the last row of the last column
 */
export async function resealTexts(
  sql: Sql,
  secrets: Secrets,
  keyIds: readonly string[],
  { column, after }: TextsPosition,
  count: number,
  missing: Map<string, number>,
): Promise<{ sealed: number; next: TextsPosition | undefined }> {
  const where = sealedColumns[column]
  if (where === undefined) return { sealed: 0, next: undefined }
  const { found, last } = await listSealedTexts(sql, where, keyIds, after, count)
  const changes = found.flatMap((stored) => {
    const place = placeOf(where.table, stored.service_id, stored.id)
    try {
      return [
        { ...stored, old: stored.sealed, sealed: secrets.sealText(place, secrets.openText(place, stored.sealed, '')) },
      ]
    } catch (error) {
      if (!(error instanceof SealedError)) throw error
      const id = keyIdOf(stored.sealed)
      if (!secrets.hasKey(id)) missing.set(id, (missing.get(id) ?? 0) + 1)
      return []
    }
  })
  const sealed = changes.length === 0 ? 0 : await replaceTexts(sql, where, changes)
  if (last !== undefined) return { sealed, next: { column, after: last } }
  return { sealed, next: column + 1 < sealedColumns.length ? { column: column + 1, after: undefined } : undefined }
}
