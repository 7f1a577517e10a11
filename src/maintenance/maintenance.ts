import { deleteExpiredEntries } from '../audit/queries.ts'
import { survive } from '../background/survive.ts'
import type { Config } from '../config.ts'
import type { Sql } from '../database/sql.ts'
import type { Log } from '../log/log.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { mergePending } from '../tally/merge.ts'
import { deleteExpiredKeys, deleteExpiredTallies, purgeDeleted } from '../transitions/purge.ts'
import { maintainPartitions } from './partitions.ts'
import { Sealing } from './reseal.ts'
import { takeOverZoneRelease } from './zone-release.ts'

const purgeEveryMs = 2_000
const purgeBatch = 5_000
/** What an older version or another list of secret names has left in clear is looked for; tasks at a time. */
const sealEveryMs = 3_600_000
const sealBatch = 1_000
/** While there is something to seal a round goes on for so long. */
const sealForMs = 500
const partitionsEveryMs = 600_000
/** Partitions are made days ahead: when somebody holds a lock on the tables there is no hurry to ask again. */
const partitionsAgainMs = 10_000
/** A statement that is not done by then is cut off with its connection, in ms. */
const stopWithinMs = 2_000

/**
 * The work that no pass may wait for: partitions made ahead and dropped past retention, and rows of deleted tasks
 * cleared away in batches. Every replica does it, and none minds another's having been first.
 */
export class Maintenance {
  #timer: ReturnType<typeof setTimeout> | undefined
  #stopped = false
  #nextPartitions = 0
  #nextSealing = 0
  #hasZones = false
  #sealing: Sealing | undefined
  /** What the database refused of the partitions, as it was last told. */
  #denied: string | undefined
  #turn: Promise<void> = Promise.resolve()

  constructor(
    readonly sql: Sql,
    readonly log: Log,
    readonly days: Pick<Config, 'executionRetentionDays' | 'auditRetentionDays'>,
    readonly secrets: Secrets,
  ) {}

  /**
   * Sees to the partitions and the next times, so that the first pass finds them right, and then works by itself, a round every 2 s until stopped.
   * A failure is logged and waits for the next round.
   */
  async start(): Promise<void> {
    await this.#seeToPartitions()
    await this.#seeToZones()
    this.#next()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await Promise.race([this.#turn, Bun.sleep(stopWithinMs)])
  }

  #next(): void {
    this.#turn = this.#attempt(() => this.#round()).finally(() => {
      if (!this.#stopped) this.#timer = setTimeout(() => this.#next(), purgeEveryMs)
    })
  }

  async #round(): Promise<void> {
    await this.#seeToPartitions()
    await this.#seeToZones()
    await this.#attempt(() => mergePending(this.sql))
    await this.#sealHeaders()
    await this.#attempt(async () => {
      while (!this.#stopped && (await purgeDeleted(this.sql, purgeBatch)) > 0);
    })
  }

  async #seeToPartitions(): Promise<void> {
    if (performance.now() < this.#nextPartitions) return
    this.#nextPartitions = performance.now() + partitionsAgainMs
    await this.#attempt(async () => {
      await this.#maintainPartitions()
      await deleteExpiredKeys(this.sql)
      await deleteExpiredTallies(this.sql)
      while (!this.#stopped && (await deleteExpiredEntries(this.sql, this.days.auditRetentionDays, purgeBatch)) > 0);
      this.#nextPartitions = performance.now() + partitionsEveryMs
    })
  }

  /** Once for each start. */
  async #seeToZones(): Promise<void> {
    if (this.#hasZones) return
    await this.#attempt(async () => {
      await takeOverZoneRelease(this.sql, this.log)
      this.#hasZones = true
    })
  }

  async #maintainPartitions(): Promise<void> {
    const denied = await maintainPartitions(this.sql, this.days.executionRetentionDays)
    if (denied === this.#denied) return
    this.#denied = denied
    if (denied === undefined) return this.log.info('the partitions of execution can be made and dropped again')
    this.log.warn(
      { missing: denied },
      'the database user may not make and drop partitions: executions go to execution_default, and those past retention are deleted row by row. It needs what stands in missing (see docs/operating.md)',
    )
  }

  /** A few tasks each round: it is in no hurry, and reads all of them. */
  async #sealHeaders(): Promise<void> {
    await this.#attempt(async () => {
      const keys = this.secrets.keyring?.keys()
      if (keys === undefined || performance.now() < this.#nextSealing) return
      const ids = keys.map(({ id }) => id)
      this.#sealing ??= new Sealing(this.sql, this.secrets, ids)
      const until = performance.now() + sealForMs
      for (let before = -1; before !== this.#sealing.sealed; ) {
        before = this.#sealing.sealed
        if (!(await this.#sealing.next(sealBatch))) return this.#endSealing(this.#sealing)
        if (this.#stopped || performance.now() > until) return
      }
    })
  }

  #endSealing({ sealed, unopened }: Sealing): void {
    if (sealed > 0) this.log.info({ tasks: sealed }, 'sealed secret headers that were stored in clear')
    for (const [key_id, tasks] of unopened)
      this.log.error(
        { key_id, tasks },
        'tasks have secret headers under a key that is neither SECRET_KEY nor in SECRET_KEY_OLD: they cannot be called',
      )
    this.#sealing = undefined
    this.#nextSealing = performance.now() + sealEveryMs
  }

  #attempt(work: () => Promise<void>): Promise<void> {
    return survive(this.log, 'upkeep failed; tried again', work, undefined)
  }
}
