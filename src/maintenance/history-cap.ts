import type { Sql } from '../database/sql.ts'
import { dropCutRecords, dropOverCap, findPending, isMuchDropped, noteCut } from './drop-over-cap.ts'
import { replacing } from './expired-of-rule.ts'
import type { HeldPartitions } from './held-partitions.ts'
import { countTasks, findTasks, readCapState } from './over-cap.ts'
import { dayMs, type Held } from './retention.ts'
import { beginRewrite } from './rewrite.ts'

/** What this replica has dropped of one change; another one, or a restart, begins with it again. */
interface Turn {
  readonly pending: string
  /** Partitions of which it is known whether they are to be replaced, and those that have nothing of it any more. */
  readonly counted: Set<string>
  readonly ended: Set<string>
}

/**
 * Keeps the history of each task below a number of bytes. When a day has been past for a day, the tasks that have much in its
 * partition are found, what each of them has in all partitions is counted, and it is noted before which times it keeps nothing of a
 * kind. That is then dropped like what has expired: a partition of which it is much is replaced, in others rows are deleted and
 * answers dropped. The hot path has no part in it.
 */
export class HistoryCap {
  #turn: Turn | undefined

  /**
   * @param cap in bytes; 0 for none
   * @param days for how many days anything is kept
   */
  constructor(
    readonly sql: Sql,
    readonly cap: number,
    readonly days: number,
  ) {}

  /** Does the next step. @returns false when there is nothing to do today */
  async next({ partitions, mayReplace, startMs }: HeldPartitions): Promise<boolean> {
    const { sql, cap } = this
    if (cap === 0) return false
    // While calls may still be running that have begun in it, a partition is not replaced.
    const beforeMs = startMs - dayMs
    const past = partitions.filter(({ to, is_empty }) => to <= beforeMs && !is_empty).sort((a, b) => a.from - b.from)
    const state = await readCapState(sql, cap)
    const uncounted = past.find(({ to }) => to > (state.counted_before ?? Number.NEGATIVE_INFINITY))
    if (uncounted !== undefined) {
      await findTasks(sql, uncounted, state, cap, this.days)
      return true
    }
    if ((await countTasks(sql, cap, beforeMs)) > 0) return true
    return this.#drop(past, mayReplace)
  }

  async #drop(past: readonly Held[], mayReplace: boolean): Promise<boolean> {
    const { sql } = this
    const pending = await findPending(sql)
    if (pending === null) return false
    if (this.#turn?.pending !== pending) this.#turn = { pending, counted: new Set(), ended: new Set() }
    const { counted, ended } = this.#turn
    const held = past.find(({ name }) => !ended.has(name))
    if (held === undefined) {
      // Its records go last: what they name is not found any more, and is left out.
      if ((await dropCutRecords(sql)) === 0) await noteCut(sql, pending)
      return true
    }
    const isNew = !counted.has(held.name)
    counted.add(held.name)
    if (isNew && mayReplace && (await isMuchDropped(sql, held))) await beginRewrite(sql, replacing(held))
    else if ((await dropOverCap(sql, held.name)) === 0) ended.add(held.name)
    return true
  }
}
