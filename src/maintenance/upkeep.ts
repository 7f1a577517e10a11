import { databaseIsAway, type Sql } from '../database/connect.ts'
import type { Log } from '../log.ts'
import { maintainPartitions } from './partitions.ts'
import { deleteExpiredKeys, deleteExpiredTallies, purgeDeleted } from './purge.ts'

const purgeEveryMs = 2_000
const purgeBatch = 5_000
const partitionsEveryMs = 600_000
/** Partitions are made days ahead: when somebody holds a lock on the tables there is no hurry to ask again. */
const partitionsAgainMs = 10_000
/** A statement that is not done by then is cut off with its connection, in ms. */
const stopWithinMs = 2_000

/**
 * The work that no pass may wait for: partitions made ahead and dropped past retention, and rows of deleted tasks
 * cleared away in batches. Every replica does it, and none minds another's having been first.
 */
export class Upkeep {
  #timer: ReturnType<typeof setTimeout> | undefined
  #stopped = false
  #nextPartitions = 0
  #turn: Promise<void> = Promise.resolve()

  constructor(
    readonly sql: Sql,
    readonly log: Log,
    readonly retentionDays: number,
  ) {}

  /**
   * Sees to the partitions, so that the first pass finds them, and then works by itself, a round every 2 s until stopped.
   * A failure is logged and waits for the next round.
   */
  async start(): Promise<void> {
    await this.#seeToPartitions()
    this.#next()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await Promise.race([this.#turn, Bun.sleep(stopWithinMs)])
  }

  #next(): void {
    this.#turn = this.#round().finally(() => {
      if (!this.#stopped) this.#timer = setTimeout(() => this.#next(), purgeEveryMs)
    })
  }

  async #round(): Promise<void> {
    await this.#seeToPartitions()
    await this.#attempt(async () => {
      while (!this.#stopped && (await purgeDeleted(this.sql, purgeBatch)) > 0);
    })
  }

  async #seeToPartitions(): Promise<void> {
    if (performance.now() < this.#nextPartitions) return
    this.#nextPartitions = performance.now() + partitionsAgainMs
    await this.#attempt(async () => {
      await maintainPartitions(this.sql, this.retentionDays)
      await deleteExpiredKeys(this.sql)
      await deleteExpiredTallies(this.sql)
      this.#nextPartitions = performance.now() + partitionsEveryMs
    })
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!databaseIsAway(error)) this.log.error({ err: error }, 'upkeep failed; tried again')
    }
  }
}
