import { hostname } from 'node:os'
import { Loop } from '../background/loop.ts'
import { RepeatedErrors } from '../background/repeated-errors.ts'
import type { Config } from '../config.ts'
import { isDatabaseUnavailable, isTimeout } from '../database/fault.ts'
import type { Sql } from '../database/sql.ts'
import { type Log, logDatabaseUnavailable } from '../log/log.ts'
import type { SchedulerFigures } from '../metrics/metrics.ts'
import type { OutboundPolicy } from '../outbound/policy.ts'
import { Tolerance } from '../schedule/tolerance.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { Congestion } from './claim/congestion.ts'
import { DueCrons } from './claim/due-crons.ts'
import { InDoubtClaims } from './claim/in-doubt.ts'
import { Seats } from './claim/seats.ts'
import { Executor } from './executor.ts'
import { LeaseKeeper } from './lease/lease-keeper.ts'
import { OrphanSweep } from './lease/orphan-sweep.ts'
import { Recovery } from './lease/recovery.ts'
import { pass } from './pass.ts'
import { startPassTimer } from './pass-timer.ts'
import { Recorder } from './record/recorder.ts'
import { restore } from './restore.ts'
import { Signal } from './signal.ts'

type Settings = Pick<
  Config,
  'schedulerCron' | 'schedulerOnTime' | 'schedulerConcurrency' | 'requestTimeoutSeconds' | 'shutdownGraceSeconds'
>

const awayMs = 1_000
const heldUpMs = 100
/** How long outcomes may take to be written at shutdown, in ms. */
const writeOutMs = 3_000
/** How long closing what else is open may take at shutdown, in ms. */
const leaveMs = 1_500

/**
 * Wakes when something is due, and on the cron pattern, and runs passes one after another. With `schedulerOnTime` it
 * looks at the earliest due time once a second; without it a beat runs passes until nothing due is left.
 */
export class Scheduler {
  readonly #seatFreed = new Signal()
  readonly #lease: LeaseKeeper
  readonly #executor: Executor
  readonly #recorder: Recorder
  readonly #seats: Seats
  readonly #congestion = new Congestion()
  readonly #tolerance: Tolerance
  readonly #inDoubt = new InDoubtClaims()
  readonly #recovery: Recovery
  readonly #sweep: OrphanSweep
  readonly #repeatedErrors: RepeatedErrors
  readonly #dueCrons: DueCrons
  readonly #passes: Loop
  #stopHeartbeat = () => {}
  #slotsFirst = true
  #beaten = false
  #lastPass = performance.now()
  #saidAway = false
  /** Set when the database was away: what answers next may be another server. */
  #mayBeOther = false
  readonly #firstPass = Promise.withResolvers<void>()
  /** Resolves when the first pass has ended well; with `schedulerOnTime` it comes at once, and else on the pattern. */
  readonly firstPass = this.#firstPass.promise

  constructor(
    readonly sql: Sql,
    readonly maintenance: Sql,
    readonly log: Log,
    readonly policy: OutboundPolicy,
    readonly secrets: Secrets,
    readonly settings: Settings,
  ) {
    this.#tolerance = new Tolerance(settings.schedulerCron)
    this.#seats = new Seats(settings.schedulerConcurrency)
    this.#lease = new LeaseKeeper({
      sql,
      log,
      host: hostname(),
      oldestOpenAt: () => this.#executor.oldestOpenAt(),
      mayHoldOlder: () => this.#inDoubt.possible,
      restore: () => this.#restore(),
    })
    this.#repeatedErrors = new RepeatedErrors(log)
    this.#dueCrons = new DueCrons(this.#repeatedErrors)
    const self = this.#lease.id
    this.#recovery = new Recovery({ sql, maintenance, log, self, renewLease: () => this.#lease.renewNow() })
    this.#sweep = new OrphanSweep({
      maintenance,
      log,
      self,
      isInHand: (id) => this.#executor.has(id),
      hasClaimsInDoubt: () => this.#inDoubt.doubtful,
    })
    this.#passes = new Loop({
      name: 'pass',
      log,
      runOnce: () => this.#turn(),
      everyMs: awayMs,
    })
    this.#recorder = new Recorder(sql, this.#lease.id, log)
    this.#executor = new Executor(
      this.#seats,
      this.#recorder,
      log,
      settings.requestTimeoutSeconds,
      () => this.#seatFreed.give(),
      policy,
      secrets,
    )
  }

  /** Starts the lease, the heartbeat and the passes; the first pass comes at once. */
  async start(): Promise<void> {
    await this.#lease.start()
    void this.#recovery.start()
    this.#sweep.start()
    this.#stopHeartbeat = startPassTimer(this.settings.schedulerCron, () => this.beat())
    void this.#passes.start()
  }

  /** A beat of the cron pattern: a pass over everything that is due. */
  beat(): void {
    this.#beaten = true
    this.#passes.wake()
  }

  /** What /metrics tells of this replica. */
  figures(): SchedulerFigures {
    return {
      counts: this.#executor.counts,
      seats: this.#seats.total,
      callsInFlight: this.#executor.calls,
      passAgeSeconds: this.lastPass().ageSeconds,
    }
  }

  /** How old the last pass is and may be, in seconds. */
  lastPass(): { ageSeconds: number; limitSeconds: number } {
    const gap = this.settings.schedulerOnTime ? 0 : this.#tolerance.gapSeconds(Date.now())
    return { ageSeconds: (performance.now() - this.#lastPass) / 1000, limitSeconds: 2 * gap + 60 }
  }

  /**
   * Claims nothing more, lets running calls finish within the grace, records the rest as interrupted and makes them due
   * again. At once when idle.
   * @param hurry ends the grace early
   */
  async stop(hurry: Promise<void>): Promise<void> {
    const lastPass = this.#passes.stop()
    this.#stopHeartbeat()
    void this.#recovery.stop()
    void this.#sweep.stop()
    this.#seatFreed.give()
    const grace = Promise.race([Bun.sleep(this.settings.shutdownGraceSeconds * 1000), hurry])
    // The last pass may be waiting for a database that does not answer.
    await Promise.race([lastPass, grace])
    this.#executor.cutUnsent()
    if (this.#executor.calls > 0) await Promise.race([this.#executor.settle(), grace])
    await this.#executor.close()
    const written = await Promise.race([
      this.#recorder.drain().then(() => true),
      Bun.sleep(writeOutMs).then(() => false),
    ])
    void this.#lease.stop()
    // What is not written is for the others to find, once the lease has lapsed.
    if (written) await Promise.race([this.#leave(), Bun.sleep(leaveMs)])
  }

  /** Ends the lease and closes what is still open in this replica's name, which no call and no outcome holds any more. */
  async #leave(): Promise<void> {
    try {
      await this.#lease.release()
      await this.#recovery.closeOwn()
    } catch (error) {
      this.log.debug({ err: error }, 'not everything open could be closed at the stop; another replica finds it')
    }
  }

  /** Puts back what is in flight here and missing in the database, as after a failover. */
  #restore(): Promise<void> {
    const { sql, maintenance, log } = this
    const toleranceSeconds = this.#tolerance.seconds(Date.now())
    return restore(
      { sql, maintenance, log, repeatedErrors: this.#repeatedErrors, toleranceSeconds },
      this.#lease.id,
      this.#executor.inHand(),
    )
  }

  /** A pass, unless there is none to do before the next beat. Returns how long until the next, in ms. */
  async #turn(): Promise<number> {
    return this.settings.schedulerOnTime || this.#beaten ? this.#pass() : Number.POSITIVE_INFINITY
  }

  /** Runs a pass; its failure is logged and tried again, and never ends the loop. */
  async #pass(): Promise<number> {
    this.#beaten = false
    this.#slotsFirst = !this.#slotsFirst
    // Claims take nothing until then.
    if (this.#mayBeOther) void this.#lease.renewNow()
    this.#mayBeOther = false
    try {
      const { sql } = this
      const result = await pass({
        sql,
        seats: this.#seats,
        congestion: this.#congestion,
        executor: this.#executor,
        lease: this.#lease,
        inDoubt: this.#inDoubt,
        maintenance: this.maintenance,
        repeatedErrors: this.#repeatedErrors,
        dueCrons: this.#dueCrons,
        slotsFirst: this.#slotsFirst,
        toleranceSeconds: this.#tolerance.seconds(Date.now()),
        stopping: () => this.#passes.stopped,
        seatFreed: (ms) => this.#seatFreed.taken(ms),
      })
      // Without its lease a pass takes nothing, and /health/ready must not count it.
      if (this.#lease.holds()) {
        this.#lastPass = performance.now()
        this.#firstPass.resolve()
      }
      this.#beaten ||= result.more || this.#inDoubt.possible
      if (this.#saidAway) this.log.info('the database is back; passes go on')
      this.#saidAway = false
      return result.waitMs
    } catch (error) {
      this.#beaten = true
      if (isTimeout(error)) {
        this.#repeatedErrors.tell(
          undefined,
          error,
          'a pass waited in vain for what somebody else has locked; the next follows',
        )
        return heldUpMs
      }
      if (!isDatabaseUnavailable(error)) throw error
      this.#mayBeOther = true
      this.#saidAway ||= logDatabaseUnavailable(
        this.log,
        'error',
        { err: error },
        'the database cannot be reached; passes wait for it',
      )
      return awayMs
    }
  }
}
