import { purgeEndedSilences, purgeExpiredAlerts, purgeExpiredOutages } from '../alerts/purge.ts'
import { deleteExpiredEntries } from '../audit/queries.ts'
import { Loop } from '../background/loop.ts'
import { survive } from '../background/survive.ts'
import type { Config } from '../config/config.ts'
import type { Sql } from '../database/sql.ts'
import { deleteExpiredKeys } from '../idempotency/expire.ts'
import type { Log } from '../log/log.ts'
import { deleteQuietGroups, purgeExpiredNotifications } from '../notifications/purge.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { deleteExpiredTallies } from '../tally/expire.ts'
import { mergePending } from '../tally/merge.ts'
import { purgeDeleted, purgeExpiredFailures, purgeUnusedReasons } from '../transitions/purge.ts'
import { purgeStopRequests } from '../transitions/stop.ts'
import { ExpiredWakes } from './expired-wakes.ts'
import { Expiry } from './expiry.ts'
import { maintainPartitions } from './partitions.ts'
import { Sealing } from './reseal.ts'
import { longestDays, type Retention, shortestDays } from './retention.ts'
import { applyZoneRelease } from './zone-release.ts'

/** Pause between two rounds, in ms. */
const everyMs = 2_000
/** Rows deleted in one statement. */
const purgeBatch = 5_000
/**
 * Pause between two readings of all tasks, in ms, for secret headers that an older version stored in clear, or one with
 * another list of secret names.
 */
const sealEveryMs = 3_600_000
/** Tasks read in one statement for that, and for how long a round goes on while it finds some, in ms. */
const sealBatch = 1_000
const sealForMs = 500
/** Pause after a batch of which none had to be sealed, as a multiple of what it took: a thousandth of a connection. */
const sealRestFactor = 1_000
/** Pause between two maintenances of the partitions, in ms. */
const partitionsEveryMs = 600_000
/** The same after a failure. Partitions are made days ahead, so a lock on the tables leaves time. */
const partitionsAgainMs = 10_000
/** Pause between two looks for expired executions that are not dropped with their partition, in ms. */
const expiryEveryMs = 600_000
/** How long a round goes on while there are some, in ms. */
const expiryForMs = 1_000
/** Pause after a look for rows of deleted tasks that found none, in ms: it costs as much as there are partitions. */
const purgeEveryMs = 10_000
/** How long a stop waits for the round under way, in ms; its statement is then cut off with its connection. */
const stopWithinMs = 2_000

/** What maintenance works with. */
export interface MaintenanceParts {
  /** Connections whose statements may take long and read ranges. */
  readonly sql: Sql
  readonly log: Log
  readonly settings: Pick<Config, keyof Retention | 'auditRetentionDays' | 'taskHistoryBytes'>
  readonly secrets: Secrets
}

/**
 * Work in the background that no pass waits for: creates partitions ahead and drops expired ones, deletes expired rows and the
 * rows of deleted tasks in batches, merges tallies, and encrypts headers. Every replica runs it, and skips what another one
 * has done.
 */
export class Maintenance {
  #nextPartitions = 0
  #nextSealing = 0
  #nextExpiry = 0
  #nextPurge = 0
  #hasZones = false
  #sealing: Sealing | undefined
  readonly #expiredWakes = new ExpiredWakes()
  /** What the database refused of the partitions, as last logged. */
  #denied: string | undefined
  readonly #loop: Loop

  readonly #expiry: Expiry

  constructor(readonly parts: MaintenanceParts) {
    this.#expiry = new Expiry(parts.sql, parts.log, parts.settings, parts.settings.taskHistoryBytes)
    this.#loop = new Loop({ name: 'maintenance', log: parts.log, runOnce: () => this.#round(), everyMs })
  }

  /**
   * Makes the partitions and applies the time zone rules, so that the first pass finds them right. Then works in the
   * background, a round every 2 s, until stopped. A step that fails is logged and tried again in the next round.
   */
  async start(): Promise<void> {
    await this.#maintainPartitions()
    await this.#applyZoneRelease()
    void this.#loop.start()
  }

  /** Begins no further round. Resolves when the one under way has ended, or after 2 s. */
  stop(): Promise<void> {
    return this.#loop.stop(stopWithinMs)
  }

  async #round(): Promise<void> {
    const { sql } = this.parts
    await this.#maintainPartitions()
    await this.#applyZoneRelease()
    await this.#step('tallies', () => mergePending(sql))
    await this.#step('wakes', () => this.#untilDone(() => this.#expiredWakes.delete(sql)))
    await this.#step('secret headers', () => this.#sealHeaders())
    await this.#step('expired executions', () => this.#dropExpired())
    await this.#step('deleted tasks', () => this.#purgeDeleted())
  }

  /** Runs one step. Its failure is logged, and does not keep the others from running. */
  #step(name: string, work: () => Promise<void>): Promise<void> {
    return survive(this.parts.log, `maintenance failed (${name}); tried again`, work, undefined)
  }

  /** Repeats a batch until one changes nothing, or until stopped. */
  async #untilDone(batch: () => Promise<number>): Promise<void> {
    while (!this.#loop.stopped && (await batch()) > 0);
  }

  async #maintainPartitions(): Promise<void> {
    const { sql, settings } = this.parts
    if (performance.now() < this.#nextPartitions) return
    this.#nextPartitions = performance.now() + partitionsAgainMs
    await this.#step('partitions', async () => {
      this.#logDenied(await maintainPartitions(sql, shortestDays(settings), longestDays(settings)))
      await deleteExpiredKeys(sql)
      await deleteExpiredTallies(sql)
      await this.#untilDone(() => purgeExpiredFailures(sql, settings.failureRetentionDays, purgeBatch))
      await purgeUnusedReasons(sql)
      await purgeStopRequests(sql)
      await this.#untilDone(() => deleteQuietGroups(sql, purgeBatch))
      await this.#untilDone(() => purgeExpiredNotifications(sql, settings.executionRetentionDays, purgeBatch))
      await this.#untilDone(() => purgeExpiredAlerts(sql, settings.executionRetentionDays, purgeBatch))
      await purgeEndedSilences(sql)
      await purgeExpiredOutages(sql, settings.executionRetentionDays)
      await this.#untilDone(() => deleteExpiredEntries(sql, settings.auditRetentionDays, purgeBatch))
      this.#nextPartitions = performance.now() + partitionsEveryMs
    })
  }

  /** Goes on for a second in each round, so that what else is to be done does not wait. */
  async #dropExpired(): Promise<void> {
    if (performance.now() < this.#nextExpiry) return
    this.#nextExpiry = performance.now() + partitionsAgainMs
    const until = performance.now() + expiryForMs
    while (!this.#loop.stopped && performance.now() < until) {
      const done = await this.#expiry.next()
      if (done === 'idle') this.#nextExpiry = performance.now() + expiryEveryMs
      if (done !== 'done') return
    }
    // After a failure it is not.
    this.#nextExpiry = 0
  }

  async #purgeDeleted(): Promise<void> {
    if (performance.now() < this.#nextPurge) return
    await this.#untilDone(() => purgeDeleted(this.parts.sql, purgeBatch))
    this.#nextPurge = performance.now() + purgeEveryMs
  }

  /** Once in each process. */
  async #applyZoneRelease(): Promise<void> {
    if (this.#hasZones) return
    await this.#step('time zones', async () => {
      await applyZoneRelease(this.parts.sql, this.parts.log)
      this.#hasZones = true
    })
  }

  /** Logs which grant is missing to make and drop partitions, whenever that has changed. */
  #logDenied(denied: string | undefined): void {
    const { log } = this.parts
    if (denied === this.#denied) return
    this.#denied = denied
    if (denied === undefined) log.info('the partitions of execution can be made and dropped again')
    else
      log.warn(
        { missing: denied },
        'the database user may not make and drop partitions: executions go to execution_default, and expired ones are deleted row by row. The field missing says what the user lacks (see docs/operating.md)',
      )
  }

  /** Seals a few headers each round: it is in no hurry, and reads all tasks. */
  async #sealHeaders(): Promise<void> {
    const { sql, secrets } = this.parts
    const keys = secrets.keyring?.keys()
    if (keys === undefined || performance.now() < this.#nextSealing) return
    const ids = keys.map(({ id }) => id)
    this.#sealing ??= new Sealing(sql, secrets, ids)
    const until = performance.now() + sealForMs
    for (let before = -1; before !== this.#sealing.sealed + this.#sealing.others; ) {
      before = this.#sealing.sealed + this.#sealing.others
      const began = performance.now()
      if (!(await this.#sealing.next(sealBatch))) return this.#endSealing(this.#sealing)
      if (this.#sealing.foundNone) this.#nextSealing = performance.now() + (performance.now() - began) * sealRestFactor
      if (this.#loop.stopped || performance.now() > until) return
    }
  }

  #endSealing({ sealed, others, unopened }: Sealing): void {
    const { log } = this.parts
    if (sealed > 0) log.info({ tasks: sealed }, 'sealed secret headers that were stored in clear')
    if (others > 0) log.info({ others }, 'sealed other secrets with the current key')
    for (const [key_id, tasks] of unopened)
      log.error(
        { key_id, tasks },
        'tasks have secret headers, or use secrets, under a key that is neither SECRET_KEY nor in SECRET_KEY_OLD: they cannot be called',
      )
    this.#sealing = undefined
    this.#nextSealing = performance.now() + sealEveryMs
  }
}
