import type { Sql } from '../database/sql.ts'
import {
  type DueRule,
  dropOfRule,
  dropRecords,
  findDueRule,
  isWorthReplacing,
  noteDropped,
  partitionsOf,
  replacing,
} from './expired-of-rule.ts'
import type { HeldPartitions } from './held-partitions.ts'
import type { Retention } from './retention.ts'
import { beginRewrite } from './rewrite.ts'

/** What this replica has done for the days of a service or of a label; another one, or a restart, begins with it again. */
interface Turn {
  readonly key: string
  /** Partitions of which it is known whether they are to be replaced, and those that have nothing of it any more. */
  readonly counted: Set<string>
  readonly ended: Set<string>
}

/**
 * Drops what services keep for a shorter time than the server, one after the other, and each of their labels by itself. In each
 * partition the rows are found by the key and deleted in batches; where they are a large part of it, it is replaced by a copy of
 * what is kept of all.
 */
export class ServiceExpiry {
  #turn: Turn | undefined

  constructor(
    readonly sql: Sql,
    readonly retention: Retention,
  ) {}

  /** Does the next step. @returns false when there is nothing to do today */
  async next({ partitions, mayReplace, startMs }: HeldPartitions): Promise<boolean> {
    const { sql } = this
    const due = await findDueRule(sql, this.retention)
    if (due === undefined) return false
    const { counted, ended } = this.#turnOf(due)
    const held = partitionsOf(due, partitions).find(({ name }) => !ended.has(name))
    if (held === undefined) {
      // Its records go last: what they name is not found any more, and is left out.
      if ((await dropRecords(sql, due)) === 0) await noteDropped(sql, due)
      return true
    }
    const isNew = !counted.has(held.name)
    counted.add(held.name)
    if (isNew && mayReplace && (await isWorthReplacing(sql, due, held, startMs)))
      await beginRewrite(sql, replacing(held))
    else if ((await dropOfRule(sql, due, held.name)) === 0) ended.add(held.name)
    return true
  }

  #turnOf(due: DueRule): Turn {
    const key = JSON.stringify(due)
    if (this.#turn?.key !== key) this.#turn = { key, counted: new Set(), ended: new Set() }
    return this.#turn
  }
}
