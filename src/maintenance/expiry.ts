import type { Sql } from '../database/sql.ts'
import type { Log } from '../log/log.ts'
import { type HeldPartitions, listHeld } from './held-partitions.ts'
import { HistoryCap } from './history-cap.ts'
import { bordersOf, longestDays, nextWork, type Retention } from './retention.ts'
import { abandonRewrite, beginRewrite, continueRewrite, endInPlace, listRewrites, type Rewrite } from './rewrite.ts'
import { ServiceExpiry } from './service-expiry.ts'
import { swapIn } from './swap-in.ts'

/** Codes of PostgreSQL when a lock was not to be had in time, and when another replica has ended what this one saw. */
const later = ['55P03', '42P01']

type Step = 'done' | 'blocked' | 'idle'

/**
 * Drops what has expired of executions that are kept: those that ended well before those that failed, and answers before their
 * executions. A past partition is copied without it, a few pages at a time, and the copy takes its place, so no row is deleted
 * and the disk is given back. What has been done is in the database after each step: any replica goes on, also after a kill.
 */
export class Expiry {
  readonly #services: ServiceExpiry
  readonly #cap: HistoryCap

  constructor(
    readonly sql: Sql,
    readonly log: Log,
    readonly retention: Retention,
    /** The most that a task's history may take, in bytes; 0 for any. */
    historyBytes = 0,
  ) {
    this.#services = new ServiceExpiry(sql, retention)
    this.#cap = new HistoryCap(sql, historyBytes, longestDays(retention))
  }

  /**
   * Does the next step, which takes a second or two at most.
   * @returns `blocked` when it needs a lock that others hold, or another replica does it: it is to be tried again later; `idle`
   *   when nothing is to be done today
   */
  async next(): Promise<Step> {
    try {
      return await this.#step()
    } catch (error) {
      if (!later.includes((error as { code?: string }).code ?? '')) throw error
      return 'blocked'
    }
  }

  async #step(): Promise<Step> {
    const { sql, retention } = this
    const [begun] = await listRewrites(sql)
    if (begun !== undefined) {
      return (await this.#goOn(begun)) ? 'done' : 'blocked'
    }
    const held = await listHeld(sql)
    const work = nextWork(held.partitions, retention, held.startMs, held.mayReplace)
    if (work === undefined) return (await this.#services.next(held)) || (await this.#cap.next(held)) ? 'done' : 'idle'
    await beginRewrite(sql, work)
    return 'done'
  }

  /** @returns false if another replica is doing it */
  async #goOn(rewrite: Rewrite): Promise<boolean> {
    const { sql, log } = this
    const { kept, sources, in_place, source } = rewrite
    const isRead = source > sources.length
    const held = await listHeld(sql)
    if (!this.#isWanted(rewrite, held)) {
      await abandonRewrite(sql, rewrite)
      log.info(
        { sources, kept },
        'expired executions: what had begun is given up, because the retention or the tables have changed',
      )
      return true
    }
    if (!isRead) return continueRewrite(sql, rewrite)
    if (in_place) return endInPlace(sql, rewrite)
    if (!(await swapIn(sql, rewrite))) return false
    log.info({ sources }, 'expired executions and answers were dropped')
    return true
  }

  /** Whether work that has begun drops no more than it should, and can be ended by this user. */
  #isWanted(
    { fits, in_place, successes_before, answers_before }: Rewrite,
    { mayReplace, startMs }: HeldPartitions,
  ): boolean {
    const { successesBefore, answersBefore } = bordersOf(this.retention, startMs)
    return fits && (in_place || mayReplace) && successes_before <= successesBefore && answers_before <= answersBefore
  }
}
