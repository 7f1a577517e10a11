import { faultOf } from '../database/fault.ts'

/** The work, and what to do with an item that is refused. */
export interface IsolateParts<T> {
  /** Does the work for some of the items, all or none of them. */
  readonly work: (some: readonly T[]) => Promise<void>
  /** Called with the one item that the database refuses, and why. The work goes on with the others. */
  readonly onPoison: (item: T, error: unknown) => Promise<void> | void
  /**
   * Called with the one item for which the work failed for an unclear reason: a bug, or an internal error of
   * PostgreSQL. By default the first of these errors is thrown, after the work is done for all the others.
   */
  readonly onUnclear?: (item: T, error: unknown) => Promise<void> | void
  /** What to try in place of items that were refused together; nothing when they are one item. By default their halves. */
  readonly split?: (refused: readonly T[]) => readonly (readonly T[])[]
  /** The most items for which the work is done at once; all by default. */
  readonly batchSize?: number
}

/**
 * Does work for many items, so that an item which the database refuses (a poison row) does not hold up the others. The work
 * is tried for a whole batch; if the database refuses it, for each half, and so on down to the single item.
 * @throws an error that concerns the whole database, at once: the rest of the work is not done. Without `onUnclear` also the
 *   first error whose cause is unclear, after the work is done for all other items
 */
export async function isolate<T>(items: readonly T[], parts: IsolateParts<T>): Promise<void> {
  const { work, onPoison, split = halves, batchSize = items.length } = parts
  const unclear: { readonly error: unknown }[] = []
  const onUnclear = parts.onUnclear ?? ((_: T, error: unknown) => void unclear.push({ error }))

  const attempt = async (some: readonly T[]): Promise<void> => {
    try {
      return await work(some)
    } catch (error) {
      const fault = faultOf(error)
      if (fault === 'database') throw error
      const smaller = split(some)
      for (const part of smaller) await attempt(part)
      if (smaller.length > 0) return
      const [item] = some as readonly [T]
      await (fault === 'row' ? onPoison(item, error) : onUnclear(item, error))
    }
  }

  for (let first = 0; first < items.length; first += batchSize) await attempt(items.slice(first, first + batchSize))
  if (unclear[0]) throw unclear[0].error
}

/** Both halves of a list; nothing for a single item. */
export function halves<T>(items: readonly T[]): (readonly T[])[] {
  if (items.length < 2) return []
  const middle = items.length >> 1
  return [items.slice(0, middle), items.slice(middle)]
}
