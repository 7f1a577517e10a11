import { logFailure } from '../background/survive.ts'
import type { Log } from '../log/log.ts'
import type { SchedulerCounts } from '../metrics/scheduler-counts.ts'
import type { SecretValues } from '../named-secrets/secret-values.ts'
import type { OutboundPolicy } from '../outbound/policy.ts'
import { isWaitingForResources } from '../outbound/resource-queue.ts'
import type { Place, Window } from '../outbound/window.ts'
import { windowOfTarget } from '../outbound/windows.ts'
import type { Secrets } from '../secrets/secrets.ts'
import type { SigningKeys } from '../signing/signing-keys.ts'
import type { ProfilesForCalls } from '../tls-profiles/profiles-for-calls.ts'
import type { Claimed } from '../transitions/claimed.ts'
import { type CallOutcome, call, interruption, type OutgoingCall } from './call/call.ts'
import { identityHeaders } from './call/identity-headers.ts'
import { masked, masking } from './call/masked.ts'
import { notSent, unsent } from './call/not-sent.ts'
import { type OpenedCall, openCall } from './call/open-call.ts'
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

/** The headers of a success are stored while no more calls than this are in flight or wait for their turn. */
const headersUpTo = 100

/** What an executor works with. */
export interface ExecutorParts {
  readonly seats: Seats
  readonly payloads: PayloadBudget
  readonly flowCalls: FlowCalls
  readonly counts: SchedulerCounts
  readonly recorder: Recorder
  readonly log: Log
  readonly policy: OutboundPolicy
  readonly secrets: Secrets
  readonly namedSecrets: SecretValues
  readonly tlsProfiles: ProfilesForCalls
  readonly signingKeys: SigningKeys
  /** Which traces are sampled; undefined if calls are not part of traces. */
  readonly isSampled: ((traceId: string) => boolean) | undefined
  /** For tasks without a timeout of their own, in seconds. */
  readonly defaultTimeoutSeconds: number
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
  readonly #controllers = new Set<AbortController>()
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
    for (const turn of this.#waiting) {
      this.#waiting.delete(turn)
      turn.window.withdraw(turn.start)
      this.#end(turn.claimed, unsent)
    }
    for (const controller of this.#controllers)
      if (isWaitingForResources(controller.signal)) controller.abort(interruption)
  }

  /** Resolves when the calls in flight and those that wait for their turn have ended. */
  async callsEnded(): Promise<void> {
    while (this.calls > 0) await (this.#calls.size > 0 ? Promise.race(this.#calls) : Bun.sleep(turnMs))
  }

  /** Starts no further call and aborts those in flight: each is recorded as interrupted, its slot queued again. */
  async close(): Promise<void> {
    this.#closed = true
    this.abortUnsent()
    for (const controller of this.#controllers) controller.abort(interruption)
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
    if (outcome.status === 'failed') this.#logFailed(claimed, outcome)
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
    const controller = new AbortController()
    this.#controllers.add(controller)
    try {
      const outgoing = this.#toCall(claimed, opened, maySend)
      return masked(await call(this.parts.policy, outgoing, controller, place), opened)
    } catch (error) {
      // Whatever happens there is an outcome: an execution without one would stay open for ever.
      logFailure(this.parts.log, error, 'a call failed inside Duly')
      return { ...notSent(''), error: 'failed inside Duly; whether it was sent is not known' }
    } finally {
      this.#controllers.delete(controller)
    }
  }

  /** Whether so few calls are open that storing the headers of successes, some 8 µs of CPU each, delays nothing. */
  readonly #keepsHeaders = (): boolean => this.calls <= headersUpTo

  #toCall(claimed: Claimed, opened: OpenedCall, maySend: () => boolean): OutgoingCall {
    const { url, header, secretNames, tls } = opened
    const { defaultTimeoutSeconds, secrets, signingKeys } = this.parts
    const { names } = secrets
    const expect = claimed.extras?.expect
    return {
      method: claimed.method,
      url,
      header,
      staysWithOrigin: (name) => secretNames.has(name.toLowerCase()) || names.has(name),
      payload: claimed.payload,
      host: claimed.extras?.host,
      expect,
      hide: expect ? masking(opened) : undefined,
      identity: identityHeaders(claimed, this.parts.isSampled),
      sign: (to, body) => signingKeys.sign(claimed.service_id, claimed.slot_id, to, body),
      ...(tls && { tls }),
      keepsHeaders: this.#keepsHeaders,
      timeoutMs: (claimed.timeout_seconds ?? defaultTimeoutSeconds) * 1000,
      maySend,
    }
  }

  /** Logs the task's id and nothing else of it: its URL, headers and payload may hold secrets, and so may a redirect. */
  #logFailed({ service_id, task_id, execution_id, attempt }: Claimed, outcome: CallOutcome): void {
    const { log } = this.parts
    if (!log.isLevelEnabled('debug')) return
    const { status_code, duration_ms, error } = outcome
    const reason =
      status_code === null ? error?.replace(/^(redirect to an address that does not parse).*/s, '$1') : undefined
    log.debug({ service_id, task_id, execution_id, attempt, status_code, duration_ms, reason }, 'a call failed')
  }

  #record(claimed: Claimed, outcome: CallOutcome, redeliver: boolean, waitedMs = 0): void {
    const { counts, recorder } = this.parts
    counts.executions[outcome.status === 'success' ? 'success' : 'failed']++
    const written = () => this.#open.delete(claimed.execution_id)
    recorder.add(toPending(claimed, outcome, { redeliver, waitedMs, written }))
  }
}
