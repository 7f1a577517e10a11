import { hostname } from 'node:os'
import type { Config } from '../config.ts'
import { databaseIsAway, isHeldUp, type Sql } from '../database/connect.ts'
import { type Log, tellAway } from '../log.ts'
import type { EngineFigures } from '../metrics/metrics.ts'
import type { OutboundPolicy } from '../outbound/policy.ts'
import { Tolerance } from '../schedule/tolerance.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { survive } from '../survive.ts'
import { Cramp } from './cramp.ts'
import { DueCrons } from './due-crons.ts'
import { Flights } from './flights.ts'
import { startHeartbeat } from './heartbeat.ts'
import { LeaseKeeper } from './lease-keeper.ts'
import { LostAnswers } from './lost-answers.ts'
import { OrphanSweep } from './orphan-sweep.ts'
import { pass } from './pass.ts'
import { Recorder } from './recorder.ts'
import { Recovery } from './recovery.ts'
import { Refusals } from './refusals.ts'
import { restore } from './restore.ts'
import { Seats } from './seats.ts'
import { Signal } from './signal.ts'

type Settings = Pick<
  Config,
  'schedulerCron' | 'schedulerOnTime' | 'schedulerConcurrency' | 'requestTimeoutSeconds' | 'shutdownGraceSeconds'
>

const awayMs = 1_000
/** How long nothing is done between two beats at most, in ms: a beat ends it. */
const idleMs = 3_600_000
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
  readonly #wake = new Signal()
  readonly #seatLeft = new Signal()
  readonly #lease: LeaseKeeper
  readonly #flights: Flights
  readonly #recorder: Recorder
  readonly #seats: Seats
  readonly #cramp = new Cramp()
  readonly #tolerance: Tolerance
  readonly #lostAnswers = new LostAnswers()
  readonly #recovery: Recovery
  readonly #sweep: OrphanSweep
  readonly #refusals: Refusals
  readonly #dueCrons: DueCrons
  #stopHeartbeat = () => {}
  #loop: Promise<void> | undefined
  #stopping = false
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
    readonly upkeep: Sql,
    readonly log: Log,
    readonly policy: OutboundPolicy,
    readonly secrets: Secrets,
    readonly settings: Settings,
  ) {
    this.#tolerance = new Tolerance(settings.schedulerCron)
    this.#seats = new Seats(settings.schedulerConcurrency)
    this.#lease = new LeaseKeeper(
      sql,
      log,
      hostname(),
      () => this.#flights.oldestOpenAt(),
      () => this.#lostAnswers.possible,
      () =>
        restore(
          { sql, upkeep, log, refusals: this.#refusals, toleranceSeconds: this.#tolerance.seconds(Date.now()) },
          this.#lease.id,
          this.#flights.inHand(),
        ),
    )
    this.#refusals = new Refusals(log)
    this.#dueCrons = new DueCrons(this.#refusals)
    this.#recovery = new Recovery(sql, upkeep, log, this.#lease.id, () => this.#lease.renewNow())
    this.#sweep = new OrphanSweep(
      upkeep,
      log,
      this.#lease.id,
      (id) => this.#flights.has(id),
      () => this.#lostAnswers.doubtful,
    )
    this.#recorder = new Recorder(sql, this.#lease.id, log)
    this.#flights = new Flights(
      this.#seats,
      this.#recorder,
      log,
      settings.requestTimeoutSeconds,
      () => this.#seatLeft.give(),
      policy,
      secrets,
    )
  }

  /** Starts the lease, the heartbeat and the passes; the first pass comes at once. */
  async start(): Promise<void> {
    await this.#lease.keep()
    void this.#recovery.start()
    this.#sweep.start()
    this.#stopHeartbeat = startHeartbeat(this.settings.schedulerCron, () => this.beat())
    this.#loop = this.#run()
  }

  /** A beat of the cron pattern: a pass over everything that is due. */
  beat(): void {
    this.#beaten = true
    this.#wake.give()
  }

  /** What /metrics tells of this replica. */
  figures(): EngineFigures {
    return {
      counts: this.#flights.counts,
      seats: this.#seats.total,
      callsInFlight: this.#flights.calls,
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
    this.#stopping = true
    this.#stopHeartbeat()
    this.#recovery.stop()
    void this.#sweep.stop()
    this.#wake.give()
    this.#seatLeft.give()
    const grace = Promise.race([Bun.sleep(this.settings.shutdownGraceSeconds * 1000), hurry])
    // The last pass may be waiting for a database that does not answer.
    await Promise.race([this.#loop, grace])
    this.#flights.cutUnsent()
    if (this.#flights.calls > 0) await Promise.race([this.#flights.settle(), grace])
    await this.#flights.close()
    const written = await Promise.race([
      this.#recorder.drain().then(() => true),
      Bun.sleep(writeOutMs).then(() => false),
    ])
    this.#lease.stopRenewing()
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

  async #run(): Promise<void> {
    while (!this.#stopping) {
      const idle = !this.settings.schedulerOnTime && !this.#beaten
      const failure = 'a pass failed; the next one follows'
      const waitMs = idle ? idleMs : await survive(this.log, failure, () => this.#pass(), awayMs)
      await this.#wake.taken(waitMs)
    }
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
        cramp: this.#cramp,
        flights: this.#flights,
        lease: this.#lease,
        lostAnswers: this.#lostAnswers,
        upkeep: this.upkeep,
        refusals: this.#refusals,
        dueCrons: this.#dueCrons,
        slotsFirst: this.#slotsFirst,
        toleranceSeconds: this.#tolerance.seconds(Date.now()),
        stopping: () => this.#stopping,
        seatLeft: (ms) => this.#seatLeft.taken(ms),
      })
      // Without its lease a pass takes nothing, and /health/ready must not count it.
      if (this.#lease.holds()) {
        this.#lastPass = performance.now()
        this.#firstPass.resolve()
      }
      this.#beaten ||= result.more || this.#lostAnswers.possible
      if (this.#saidAway) this.log.info('the database is back; passes go on')
      this.#saidAway = false
      return result.waitMs
    } catch (error) {
      this.#beaten = true
      if (isHeldUp(error)) {
        this.#refusals.tell(
          undefined,
          error,
          'a pass waited in vain for what somebody else has locked; the next follows',
        )
        return heldUpMs
      }
      if (!databaseIsAway(error)) throw error
      this.#mayBeOther = true
      this.#saidAway ||= tellAway(
        this.log,
        'error',
        { err: error },
        'the database cannot be reached; passes wait for it',
      )
      return awayMs
    }
  }
}
