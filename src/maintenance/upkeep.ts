import { databaseIsAway, type Sql } from '../database/connect.ts'
import type { Log } from '../log.ts'
import { maintainPartitions } from './partitions.ts'
import { deleteExpiredKeys, purgeDeleted } from './purge.ts'

const purgeEveryMs = 2_000
const purgeBatch = 5_000
const partitionsEveryMs = 600_000

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

  /** Does one round, and another every 2 s until stopped. A failure is logged and waits for the next round. */
  async start(): Promise<void> {
    this.#turn = this.#round()
    await this.#turn
    if (!this.#stopped) this.#timer = setTimeout(() => void this.start(), purgeEveryMs)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#turn
  }

  async #round(): Promise<void> {
    try {
      if (performance.now() >= this.#nextPartitions) {
        await maintainPartitions(this.sql, this.retentionDays)
        await deleteExpiredKeys(this.sql)
        this.#nextPartitions = performance.now() + partitionsEveryMs
      }
      while (!this.#stopped && (await purgeDeleted(this.sql, purgeBatch)) > 0);
    } catch (error) {
      if (!databaseIsAway(error)) this.log.error({ err: error }, 'upkeep failed; tried again')
    }
  }
}
