import { hostname } from 'node:os'
import type { Obstacles } from '../alerts/late.ts'
import { Loop } from '../background/loop.ts'
import { RepeatedErrors } from '../background/repeated-errors.ts'
import { sampler } from '../formats/trace-context.ts'
import type { SchedulerFigures } from '../metrics/metrics.ts'
import { SchedulerCounts } from '../metrics/scheduler-counts.ts'
import { SecretValues } from '../named-secrets/secret-values.ts'
import { Tolerance } from '../schedule/tolerance.ts'
import { SigningKeys } from '../signing/signing-keys.ts'
import { ProfilesForCalls } from '../tls-profiles/profiles-for-calls.ts'
import type { Claimed } from '../transitions/claimed.ts'
import { SettledSlots } from '../transitions/settled.ts'
import { Congestion } from './claim/congestion.ts'
import { DueCrons } from './claim/due-crons.ts'
import { DueServices } from './claim/due-services.ts'
import { FlowSource } from './claim/flow-source.ts'
import { InDoubtClaims } from './claim/in-doubt.ts'
import { obstaclesOf } from './claim/obstacles.ts'
import { PayloadBudget } from './claim/payload-budget.ts'
import { Seats } from './claim/seats.ts'
import { Executor } from './executor.ts'
import { giveUpLease } from './lease/give-up.ts'
import { LeaseKeeper } from './lease/lease-keeper.ts'
import { OrphanSweep } from './lease/orphan-sweep.ts'
import { Recovery } from './lease/recovery.ts'
import { type PassParts, type PassResult, pass } from './pass.ts'
import { failedMs, PassFailures } from './pass-failures.ts'
import { startPassTimer } from './pass-timer.ts'
import { Recorder } from './record/record-queue.ts'
import { restore } from './restore.ts'
import type { SchedulerParts } from './scheduler-parts.ts'
import { Signal } from './signal.ts'
import { stopRequests } from './stop-requests.ts'

/** How long calls that wait to be sent may go on waiting at shutdown, in ms: those to a quick target are soon sent. */
const unsentMs = 1_000
/** How long outcomes may take to be written at shutdown, in ms. */
const writeOutMs = 3_000
/** How long ending the lease and closing what else is open may take at shutdown, in ms. */
const endLeaseMs = 1_500
/** Pause of a replica that has not read the signing keys lately, in ms. */
const unreadMs = 100

/**
 * Runs passes one after another: when something comes due, and on the cron pattern. With `schedulerOnTime` it looks for
 * what is due at least twice a second; without it the pass timer starts passes, which follow each other until nothing due
 * remains.
 */
export class Scheduler {
  /** Where this process learns which slots have settled. */
  readonly settledSlots = new SettledSlots()
  readonly #seatFreed = new Signal()
  readonly #lease: LeaseKeeper
  readonly #executor: Executor
  readonly #recorder: Recorder
  readonly #tolerance: Tolerance
  readonly #recovery: Recovery
  readonly #sweep: OrphanSweep
  readonly #passes: Loop
  readonly #stopRequests: Loop
  readonly #passParts: PassParts
  readonly #failures: PassFailures
  #stopPassTimer = () => {}
  /** Whether a pass is to run although nothing was seen to come due: the pass timer came, or work remains. */
  #passWanted = false
  #slotsFirst = true
  #lastPass = performance.now()
  readonly #firstPass = Promise.withResolvers<void>()
  /** Resolves when the first pass has ended well: with `schedulerOnTime` right after the start, else on the pattern. */
  readonly firstPass = this.#firstPass.promise

  constructor(readonly parts: SchedulerParts) {
    const { sql, maintenance, log, policy, secrets, settings } = parts
    this.#tolerance = new Tolerance(settings.schedulerCron)
    const inDoubt = new InDoubtClaims()
    const repeatedErrors = new RepeatedErrors(log)
    const shared = {
      sql,
      maintenance,
      log,
      settledSlots: this.settledSlots,
      seats: new Seats(settings.schedulerConcurrency),
      payloads: new PayloadBudget(),
      counts: new SchedulerCounts(),
      signingKeys: new SigningKeys({ sql, secrets, log }),
    }
    this.#lease = new LeaseKeeper({
      sql,
      log,
      host: hostname(),
      oldestOpenAt: () => this.#executor.oldestOpenAt(),
      mayHoldOlder: () => inDoubt.possible,
      restore: () => this.#restore(),
    })
    const self = this.#lease.id
    this.#recovery = new Recovery({ ...shared, self, renewLease: () => this.#lease.renewNow() })
    this.#sweep = new OrphanSweep({
      ...shared,
      self,
      isHeld: (id) => this.#executor.has(id),
      hasClaimsInDoubt: () => inDoubt.doubtful,
    })
    this.#recorder = new Recorder({ ...shared, replicaId: self })
    const flows = new FlowSource(repeatedErrors, (withinMs) => this.#passes.wake(withinMs))
    this.#executor = new Executor({
      ...shared,
      flowCalls: flows.calls,
      recorder: this.#recorder,
      policy,
      secrets,
      namedSecrets: new SecretValues(sql, secrets),
      tlsProfiles: new ProfilesForCalls(sql, secrets),
      isSampled: settings.trace.isSent ? sampler(settings.trace.sampleRatio) : undefined,
      defaultTimeoutSeconds: settings.requestTimeoutSeconds,
      mayCall: () => this.#lease.holds(),
      lapses: () => this.#lease.lapses,
      seatFreed: () => this.#seatFreed.give(),
    })
    this.#stopRequests = stopRequests({ ...shared, self, executor: this.#executor })
    this.#failures = new PassFailures(log, repeatedErrors)
    this.#passes = new Loop({ name: 'pass', log, runOnce: () => this.#turn(), everyMs: failedMs })
    this.#passParts = {
      ...shared,
      lease: this.#lease,
      executor: this.#executor,
      flows,
      congestion: new Congestion(),
      inDoubt,
      dueServices: new DueServices(),
      dueCrons: new DueCrons(repeatedErrors),
      lateCrons: new DueCrons(repeatedErrors),
      repeatedErrors,
      stopping: () => this.#passes.stopped,
      beforeClaims: () => this.parts.beforeClaims?.(),
      seatFreed: (ms) => this.#seatFreed.taken(ms),
    }
  }

  /** Starts the lease, the pass timer and the passes; with `schedulerOnTime` the first pass comes at once. */
  async start(): Promise<void> {
    await Promise.all([this.#lease.start(), this.#executor.parts.signingKeys.start()])
    void this.#recovery.start()
    this.#sweep.start()
    void this.#stopRequests.start()
    this.#stopPassTimer = startPassTimer(this.parts.settings.schedulerCron, () => this.passNow())
    void this.#passes.start()
  }

  /** Runs a pass at once, and further ones until nothing due remains. The pass timer calls it. */
  passNow(): void {
    this.#passWanted = true
    this.#passes.wake()
  }

  /** The figures of this replica for /metrics. */
  figures(): SchedulerFigures {
    return {
      counts: this.#passParts.counts,
      seats: this.#passParts.seats.total,
      callsInFlight: this.#executor.calls,
      passAgeSeconds: this.lastPass().ageSeconds,
    }
  }

  /** What keeps this replica from claiming due slots of a service now. */
  obstacles(service: string): Obstacles {
    return obstaclesOf(this.#passParts, service)
  }

  /** The services with a slot that no flow limits and that has been due for `seconds`; undefined when passes do not look now. */
  lateServices(seconds: number): readonly string[] | undefined {
    return this.#passParts.dueServices.lateServices(seconds)
  }

  /** The runs that this replica has open: their outcome is not recorded yet. */
  openRuns(): readonly Claimed[] {
    return this.#executor.openExecutions()
  }

  /** The age of the last pass, that from which on the replica is not ready, and from which lateness on a slot is late, in seconds. */
  lastPass(): { ageSeconds: number; limitSeconds: number; toleranceSeconds: number } {
    return {
      ageSeconds: (performance.now() - this.#lastPass) / 1000,
      limitSeconds: this.#tolerance.outageSeconds(Date.now(), this.parts.settings.schedulerOnTime),
      toleranceSeconds: this.#tolerance.seconds(Date.now()),
    }
  }

  /**
   * Claims nothing more. Lets calls in flight finish within the grace period, records the others as interrupted and queues
   * their slots again. Returns at once when idle.
   * @param hurry ends the grace period early
   */
  async stop(hurry: Promise<void>): Promise<void> {
    const lastPass = this.#passes.stop()
    this.#stopPassTimer()
    for (const duty of [this.#recovery, this.#sweep]) void duty.stop()
    this.#seatFreed.give()
    const grace = Promise.race([Bun.sleep(this.parts.settings.shutdownGraceSeconds * 1000), hurry])
    // Not without limit: the last pass may be waiting for a database that does not answer.
    await Promise.race([lastPass, grace])
    if (this.#executor.calls > 0) await Promise.race([this.#executor.callsEnded(), grace, Bun.sleep(unsentMs)])
    this.#executor.abortUnsent()
    if (this.#executor.calls > 0) await Promise.race([this.#executor.callsEnded(), grace])
    await this.#executor.close()
    void this.#stopRequests.stop()
    void this.#executor.parts.signingKeys.stop()
    const written = await Promise.race([
      this.#recorder.drain().then(() => true),
      Bun.sleep(writeOutMs).then(() => false),
    ])
    void this.#lease.stop()
    // With outcomes unwritten the lease is not ended but lapses: another replica then recovers their executions.
    if (written) await Promise.race([giveUpLease(this.#lease, this.#recovery, this.parts.log), Bun.sleep(endLeaseMs)])
  }

  /** Puts back executions that are in flight here and missing in the database, as after a failover. */
  #restore(): Promise<void> {
    this.#passParts.dueServices.forget()
    const parts = { ...this.parts, ...this.#passParts, toleranceSeconds: this.lastPass().toleranceSeconds }
    return restore(parts, this.#lease.id, this.#executor.openExecutions())
  }

  /** Runs a pass. Without `schedulerOnTime` only when one is wanted. Returns how long until the next, in ms. */
  async #turn(): Promise<number> {
    if (!this.parts.settings.schedulerOnTime && !this.#passWanted) return Number.POSITIVE_INFINITY
    // What is claimed is called at once, and would be sent unsigned if its service had a key by now.
    if (!this.#executor.parts.signingKeys.isFresh()) return unreadMs
    this.#passWanted = false
    this.#slotsFirst = !this.#slotsFirst
    // Claims take nothing until the lease is renewed on the server that answers now.
    if (this.#failures.takeServerMayBeOther()) void this.#lease.renewNow()
    try {
      const limits = this.#tolerance.limits(Date.now(), this.parts.settings.schedulerOnTime)
      const result = await pass(this.#passParts, { ...limits, slotsFirst: this.#slotsFirst })
      this.#notePass(result)
      return result.waitMs
    } catch (error) {
      this.#passWanted = true
      this.#passParts.dueServices.forget()
      return this.#failures.pauseAfter(error)
    }
  }

  #notePass({ more }: PassResult): void {
    // Without its lease a pass takes nothing, and /health/ready must not count it.
    if (this.#lease.holds()) {
      this.#lastPass = performance.now()
      this.#firstPass.resolve()
    }
    this.#passWanted ||= more || this.#passParts.inDoubt.possible
    this.#failures.noteSuccess()
  }
}
