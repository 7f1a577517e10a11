import { moveBeat, noteOutage, readBeatTime } from '../alerts/outage.ts'
import { Loop } from '../background/loop.ts'
import { logFailure } from '../background/survive.ts'
import { isDatabaseUnavailable, isTimeout } from '../database/fault.ts'
import type { Sql } from '../database/sql.ts'
import type { Log } from '../log/log.ts'
import type { Passes } from './well.ts'

/** How often the beat is moved on, in ms. */
const everyMs = 5_000
/** After how long without a pass of its own a replica looks whether there was an outage, in ms. */
const gapMs = 60_000
/** How long a pass waits for that look, in ms. */
const waitMs = 2_000
/** Pause after a look that failed although the database answers, in ms: passes do not wait for a lock again and again. */
const againMs = 2_000
/** How old the last beat may be for the database to count as available, in ms. */
const confirmedMs = 20_000

/** What the beat of passes works with. */
export interface PassBeatParts {
  /** Connections that share the fate of the passes. */
  readonly sql: Sql
  readonly log: Log
  readonly passes: Pick<Passes, 'lastPass'>
}

/**
 * Writes down that passes go well, every five seconds, and after a gap the outage that it was: an outage of all replicas or of
 * the database, not of this replica while others have run.
 */
export class PassBeat {
  readonly #loop: Loop
  /** Whether there was a gap in this replica's passes, and it was not looked yet whether it was an outage. */
  #isUnclear = true
  #look: Promise<void> | undefined
  #lookAgainAt = 0
  /** When this replica was last seen running, by both clocks: the monotonic one stands still while the machine sleeps. */
  #seen = { wall: Date.now(), monotonic: performance.now() }
  #confirmedAt = Number.NEGATIVE_INFINITY

  constructor(readonly parts: PassBeatParts) {
    this.#loop = new Loop({ name: 'the beat of passes', log: parts.log, runOnce: () => this.#move(), everyMs })
  }

  /** Begins to write down that passes go well. */
  start(): void {
    void this.#loop.start()
  }

  /** Writes nothing any more. */
  stop(): Promise<void> {
    return this.#loop.stop(1_000)
  }

  /** Whether the database has taken the last beat. */
  isConfirmed(): boolean {
    return performance.now() - this.#confirmedAt < confirmedMs
  }

  /**
   * For each pass, when the database has answered it. After a gap it looks for an outage before anything is claimed, so that the
   * outage counts what is due: then it returns a promise that resolves within 2 s and never rejects.
   */
  beforeClaims(): Promise<void> | undefined {
    this.#noticeGap()
    if (!this.#isUnclear || performance.now() < this.#lookAgainAt) return undefined
    const isFirst = this.#look === undefined
    this.#look ??= this.#lookForOutage()
    return isFirst ? Promise.race([this.#look, Bun.sleep(waitMs)]) : undefined
  }

  #noticeGap(): void {
    const now = { wall: Date.now(), monotonic: performance.now() }
    const standstill = Math.max(now.wall - this.#seen.wall, now.monotonic - this.#seen.monotonic)
    this.#seen = now
    if (standstill > gapMs || this.parts.passes.lastPass().ageSeconds * 1000 > gapMs) this.#isUnclear = true
  }

  async #lookForOutage(): Promise<void> {
    const { sql, log, passes } = this.parts
    const { limitSeconds } = passes.lastPass()
    try {
      const outage = await noteOutage(sql, limitSeconds)
      this.#isUnclear = false
      if (outage) log.warn({ ...outage }, 'there was an outage: nothing was started meanwhile')
    } catch (error) {
      if (isDatabaseUnavailable(error) && !isTimeout(error)) return
      this.#lookAgainAt = performance.now() + againMs
      logFailure(log, error, 'it could not be written whether there was an outage; tried again')
    } finally {
      this.#look = undefined
    }
  }

  async #move(): Promise<void> {
    this.#noticeGap()
    const sentAt = await readBeatTime(this.parts.sql)
    const { ageSeconds, limitSeconds } = this.parts.passes.lastPass()
    // Until it is clear whether there was an outage, the beat stays where that began.
    if (this.#isUnclear || ageSeconds > limitSeconds) return
    await moveBeat(this.parts.sql, ageSeconds, sentAt)
    this.#confirmedAt = performance.now()
  }
}
