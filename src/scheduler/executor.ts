import { logFailure } from '../background/survive.ts'
import type { Log } from '../log/log.ts'
import type { SchedulerCounts } from '../metrics/scheduler-counts.ts'
import type { SecretValues } from '../named-secrets/secret-values.ts'
import type { OutboundPolicy } from '../outbound/policy.ts'
import { isWaitingForResources } from '../outbound/resource-queue.ts'
import type { Place, Window } from '../outbound/window.ts'
import { windowOfTarget } from '../outbound/windows.ts'
import type { ProfilesForCalls } from '../tls-profiles/profiles-for-calls.ts'
import type { Claimed } from '../transitions/claimed.ts'
import { type CallOutcome, call, Ended, interruption } from './call/call.ts'
import { logFailed } from './call/log-failed.ts'
import { masked } from './call/masked.ts'
import { notSent, unsent } from './call/not-sent.ts'
import { openCall } from './call/open-call.ts'
import { type OutgoingParts, toOutgoing } from './call/outgoing.ts'
import { type CallClock, describeStop, stoppedUnsent } from './call/timeout.ts'
import type { FlowCalls } from './claim/flow-calls.ts'
import type { PayloadBudget } from './claim/payload-budget.ts'
import type { Seats } from './claim/seats.ts'
import { toPending } from './record/pending.ts'
import type { Recorder } from './record/record-queue.ts'

/** How often calls are looked for that wait for their turn while no other is in flight, in ms. */
const turnMs = 10

/** A call that waits for its turn: for a place in the window of its target. */
interface Turn {
  readonly claimed: Claimed
  readonly window: Window
  readonly start: (place: Place) => void
}

/** A call on its way. */
interface Flight {
  readonly controller: AbortController
  /** What it is doing; undefined before it begins. */
  clock: CallClock | undefined
}

/** The headers of a success are stored while no more calls than this are in flight or wait for their turn. */
const headersUpTo = 100

/** What an executor works with. */
export interface ExecutorParts extends OutgoingParts {
  readonly seats: Seats
  readonly payloads: PayloadBudget
  readonly flowCalls: FlowCalls
  readonly counts: SchedulerCounts
  readonly recorder: Recorder
  readonly log: Log
  readonly policy: OutboundPolicy
  readonly namedSecrets: SecretValues
  readonly tlsProfiles: ProfilesForCalls
  /** Whether calls may be started now: this replica's lease holds. */
  readonly mayCall: () => boolean
  /** How often the lease has lapsed: what was claimed before that may not be sent any more. */
  readonly lapses: () => number
  /** Called each time a seat becomes free. */
  readonly seatFreed: () => void
}

/** Holds the executions that this replica has open: calls their targets, and hands the outcomes on to be recorded. */
export class Executor {
  readonly #open = new Map<string, Claimed>()
  /** Calls that wait for their turn. Each holds a seat. */
  readonly #waiting = new Set<Turn>()
  readonly #calls = new Set<Promise<void>>()
  /** The calls on their way, by the ids of their executions. */
  readonly #flights = new Map<string, Flight>()
  /** Ids of the open executions that a person has stopped waiting for. Nothing follows them. */
  readonly #stopped = new Set<string>()
  #closed = false

  constructor(readonly parts: ExecutorParts) {}

  /** Calls in flight, and those that wait for their turn. */
  get calls(): number {
    return this.#calls.size + this.#waiting.size
  }

  /** Ids of the executions that are not recorded yet. */
  openIds(): string[] {
    return [...this.#open.keys()]
  }

  /** Whether an execution is open here: its call is in flight, or its outcome is not recorded yet. */
  has(executionId: string): boolean {
    return this.#open.has(executionId)
  }

  /** The executions that are not recorded yet. */
  openExecutions(): Claimed[] {
    return [...this.#open.values()]
  }

  /** Creation time of the oldest execution that is not recorded yet. */
  oldestOpenAt(): string | null {
    let oldest: string | null = null
    for (const { created_at } of this.#open.values()) if (oldest === null || created_at < oldest) oldest = created_at
    return oldest
  }

  /**
   * Starts the call of an execution that was claimed; it holds a seat until it ends. When no call may be started, the
   * execution is closed as not sent and its slot queued again.
   */
  execute(claimed: Claimed): void {
    const { seats, payloads, flowCalls, counts, mayCall } = this.parts
    counts.claimed++
    this.#open.set(claimed.execution_id, claimed)
    if (this.#closed || !mayCall()) {
      this.#record(claimed, unsent, true)
      return
    }
    seats.take(claimed.service_id, claimed.target)
    payloads.take(claimed)
    if (claimed.flow) flowCalls.take(claimed.service_id, claimed.flow)
    if (typeof claimed.skew_ms === 'number') counts.skews.add(claimed.skew_ms / 1000)
    const window = windowOfTarget(claimed.target)
    const lapses = this.parts.lapses()
    const maySend = () => mayCall() && this.parts.lapses() === lapses
    const place = window.tryEnter()
    if (place) {
      this.#start(claimed, place, maySend)
      return
    }
    const since = performance.now()
    const turn: Turn = {
      claimed,
      window,
      start: (place) => {
        this.#waiting.delete(turn)
        this.#start(claimed, place, maySend, Math.round(performance.now() - since))
      },
    }
    this.#waiting.add(turn)
    window.enter(turn.start)
  }

  /** Ends calls that wait to be sent: for their turn, or for a local port or a descriptor. */
  abortUnsent(): void {
    for (const turn of this.#waiting) this.#withdraw(turn, unsent)
    for (const { controller } of this.#flights.values())
      if (isWaitingForResources(controller.signal)) controller.abort(interruption)
  }

  /**
   * Ends the call of an execution because a person has stopped waiting for it: it has failed, and nothing follows. Does nothing if
   * it has ended, and if it was stopped before.
   */
  stopWaiting(executionId: string): void {
    if (!this.has(executionId) || this.#stopped.has(executionId)) return
    this.#stopped.add(executionId)
    for (const turn of this.#waiting)
      if (turn.claimed.execution_id === executionId) this.#withdraw(turn, notSent(stoppedUnsent))
    const { controller, clock } = this.#flights.get(executionId) ?? {}
    if (!controller) return
    controller.abort(new Ended(describeStop(isWaitingForResources(controller.signal) ? undefined : clock)))
  }

  /** Ends a call that waits for its turn. */
  #withdraw(turn: Turn, outcome: CallOutcome): void {
    this.#waiting.delete(turn)
    turn.window.withdraw(turn.start)
    this.#end(turn.claimed, outcome)
  }

  /** Resolves when the calls in flight and those that wait for their turn have ended. */
  async callsEnded(): Promise<void> {
    while (this.calls > 0) await (this.#calls.size > 0 ? Promise.race(this.#calls) : Bun.sleep(turnMs))
  }

  /** Starts no further call and aborts those in flight: each is recorded as interrupted, its slot queued again. */
  async close(): Promise<void> {
    this.#closed = true
    this.abortUnsent()
    for (const { controller } of this.#flights.values()) controller.abort(interruption)
    await Promise.all(this.#calls)
  }

  /** Starts a call that has its place, unless its lease has been lost while it waited: another replica may call it then. */
  #start(claimed: Claimed, place: Place, maySend: () => boolean, waitedMs = 0): void {
    if (!maySend()) {
      place.leave()
      this.#end(claimed, unsent)
      return
    }
    const running = this.#call(claimed, place, maySend).then((outcome) => {
      this.#calls.delete(running)
      place.leave()
      this.#end(claimed, outcome, waitedMs)
    })
    this.#calls.add(running)
  }

  /** Frees the seat of a call and hands its outcome on. */
  #end(claimed: Claimed, outcome: CallOutcome, waitedMs = 0): void {
    const { seats, payloads, flowCalls, counts, seatFreed } = this.parts
    if (outcome.duration_ms !== null) counts.durations.add(outcome.duration_ms / 1000)
    if (outcome.status === 'failed') logFailed(this.parts.log, claimed, outcome)
    this.#record(claimed, outcome, outcome.error === interruption.message || outcome.error === unsent.error, waitedMs)
    seats.release(claimed.service_id, claimed.target)
    payloads.release(claimed)
    if (claimed.flow) flowCalls.release(claimed.service_id, claimed.flow)
    seatFreed()
  }

  /** Calls the target. It never throws. */
  async #call(claimed: Claimed, place: Place, maySend: () => boolean): Promise<CallOutcome> {
    const opening = openCall(this.parts, claimed)
    const opened = opening instanceof Promise ? await opening : opening
    if ('error' in opened) return opened
    // While its secrets were read.
    if (this.#stopped.has(claimed.execution_id)) return notSent(stoppedUnsent)
    const controller = new AbortController()
    const flight: Flight = { controller, clock: undefined }
    this.#flights.set(claimed.execution_id, flight)
    try {
      const began = (clock: CallClock) => {
        flight.clock = clock
      }
      const outgoing = toOutgoing(this.parts, claimed, opened, { keepsHeaders: this.#keepsHeaders, maySend, began })
      return masked(await call(this.parts.policy, outgoing, controller, place), opened)
    } catch (error) {
      // Whatever happens there is an outcome: an execution without one would stay open for ever.
      logFailure(this.parts.log, error, 'a call failed inside Duly')
      return { ...notSent(''), error: 'failed inside Duly; whether it was sent is not known' }
    } finally {
      this.#flights.delete(claimed.execution_id)
    }
  }

  /** Whether so few calls are open that storing the headers of successes, some 8 µs of CPU each, delays nothing. */
  readonly #keepsHeaders = (): boolean => this.calls <= headersUpTo

  #record(claimed: Claimed, outcome: CallOutcome, redeliver: boolean, waitedMs = 0): void {
    const { counts, recorder } = this.parts
    counts.executions[outcome.status === 'success' ? 'success' : 'failed']++
    const { execution_id } = claimed
    const isStopped = this.#stopped.has(execution_id)
    const written = () => {
      this.#open.delete(execution_id)
      this.#stopped.delete(execution_id)
    }
    recorder.add(toPending(claimed, outcome, { redeliver: redeliver && !isStopped, isStopped, waitedMs, written }))
  }
}
