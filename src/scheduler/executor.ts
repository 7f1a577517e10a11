import { tellFailure } from '../background/survive.ts'
import type { Log } from '../log/log.ts'
import { SchedulerCounts } from '../metrics/scheduler-counts.ts'
import type { OutboundPolicy } from '../outbound/policy.ts'
import { isWaitingForResources } from '../outbound/resource-queue.ts'
import { redact } from '../secrets/redact.ts'
import { type OpenedHeader, SealedError, type Secrets } from '../secrets/secrets.ts'
import type { Claimed } from '../transitions/claimed.ts'
import { type CallOutcome, call, interruption, type OutgoingCall } from './call/call.ts'
import { PayloadBudget } from './claim/payload-budget.ts'
import type { Seats } from './claim/seats.ts'
import type { Recorder } from './record/recorder.ts'
import { retryDelay } from './record/retry.ts'

const notSent = (why: string): CallOutcome => ({
  status: 'failed',
  status_code: null,
  response: null,
  response_truncated: false,
  duration_ms: null,
  retry_after_ms: null,
  error: `not sent: ${why}`,
})

/** The executions this replica has open: each is called, and its outcome handed on to be recorded. */
export class Executor {
  readonly #open = new Map<string, Claimed>()
  readonly #calls = new Set<Promise<void>>()
  readonly #controllers = new Set<AbortController>()
  #closed = false
  readonly counts = new SchedulerCounts()
  /** What the calls in flight leave for the payloads of others. */
  readonly payloadBudget = new PayloadBudget()

  /** @param seatFreed told each time a seat becomes free */
  constructor(
    readonly seats: Seats,
    readonly recorder: Recorder,
    readonly log: Log,
    readonly defaultTimeoutSeconds: number,
    readonly seatFreed: () => void,
    readonly policy: OutboundPolicy,
    readonly secrets: Secrets,
  ) {}

  /** Calls in flight. */
  get calls(): number {
    return this.#calls.size
  }

  /** The executions that are not recorded yet. */
  openIds(): string[] {
    return [...this.#open.keys()]
  }

  /** Whether an execution is open here: called, or its outcome on its way to be recorded. */
  has(executionId: string): boolean {
    return this.#open.has(executionId)
  }

  /** The executions that are open here. */
  inHand(): Claimed[] {
    return [...this.#open.values()]
  }

  /** Creation time of the oldest execution that is not recorded yet. */
  oldestOpenAt(): string | null {
    let oldest: string | null = null
    for (const { created_at } of this.#open.values()) if (oldest === null || created_at < oldest) oldest = created_at
    return oldest
  }

  /** Starts the call of an execution that was claimed; it takes a seat until it ends. Once closed, it is given back. */
  begin(claimed: Claimed): void {
    if (this.#closed) {
      this.giveBack(claimed)
      return
    }
    this.#open.set(claimed.execution_id, claimed)
    this.seats.take(claimed.service_id, claimed.target)
    if (typeof claimed.skew_ms === 'number') this.counts.skews.add(claimed.skew_ms / 1000)
    this.payloadBudget.take(claimed)
    const flight = this.#fly(claimed).finally(() => {
      this.#calls.delete(flight)
      this.seats.leave(claimed.service_id, claimed.target)
      this.payloadBudget.leave(claimed)
      this.seatFreed()
    })
    this.#calls.add(flight)
  }

  /** Gives back an execution that was claimed too late to be sent: its slot is queued again. */
  giveBack(claimed: Claimed): void {
    this.#open.set(claimed.execution_id, claimed)
    this.#record(claimed, notSent('its replica had lost its lease or was stopping'), true)
  }

  /** Cuts off what waits for a local port or a descriptor: nothing of it was sent, and it may wait for minutes yet. */
  cutUnsent(): void {
    for (const controller of this.#controllers)
      if (isWaitingForResources(controller.signal)) controller.abort(interruption)
  }

  /** Waits for the calls in flight. */
  async settle(): Promise<void> {
    await Promise.all([...this.#calls])
  }

  /** Begins no call any more, and cuts off what still runs: each is recorded as interrupted, its slot queued again. */
  async close(): Promise<void> {
    this.#closed = true
    for (const controller of this.#controllers) controller.abort(interruption)
    await Promise.all([...this.#calls])
  }

  async #fly(claimed: Claimed): Promise<void> {
    const opened = this.#openHeader(claimed)
    const controller = new AbortController()
    this.#controllers.add(controller)
    let outcome: CallOutcome
    try {
      outcome =
        'error' in opened ? opened : masked(await call(this.policy, this.#toCall(claimed, opened), controller), opened)
    } catch (error) {
      // An outcome, whatever happens: an execution without one would stay open for ever.
      tellFailure(this.log, error, 'a call failed inside Duly')
      outcome = { ...notSent(''), error: 'failed inside Duly; whether it was sent is not known' }
    }
    this.#controllers.delete(controller)
    this.counts.durations.add((outcome.duration_ms ?? 0) / 1000)
    if (outcome.status === 'failed') this.#tellFailed(claimed, outcome)
    this.#record(claimed, outcome, outcome.error === interruption.message)
  }

  #openHeader(claimed: Claimed): OpenedHeader | CallOutcome {
    try {
      return this.secrets.openHeader(claimed, claimed.header, claimed.secret_header)
    } catch (error) {
      return notSent(error instanceof SealedError ? error.message : 'its secret headers cannot be decrypted')
    }
  }

  #toCall(claimed: Claimed, { header, secret }: OpenedHeader): OutgoingCall {
    const { names } = this.secrets
    return {
      method: claimed.method,
      url: claimed.url,
      header,
      staysWithOrigin: (name) => secret.has(name.toLowerCase()) || names.has(name),
      payload: claimed.payload,
      identity: {
        'Idempotency-Key': claimed.slot_id,
        'Duly-Task-Id': claimed.task_id,
        'Duly-Execution-Id': claimed.execution_id,
        'Duly-Scheduled-For': claimed.scheduled_for,
        'Duly-Attempt': String(claimed.attempt),
      },
      timeoutMs: (claimed.timeout_seconds ?? this.defaultTimeoutSeconds) * 1000,
    }
  }

  /** Names nothing of the task but its id: its address, headers and payload may hold secrets, and so may a redirect. */
  #tellFailed({ service_id, task_id, execution_id, attempt }: Claimed, outcome: CallOutcome): void {
    if (!this.log.isLevelEnabled('debug')) return
    const { status_code, duration_ms, error } = outcome
    const reason =
      status_code === null ? error?.replace(/^(redirect to an address that does not parse).*/s, '$1') : undefined
    this.log.debug({ service_id, task_id, execution_id, attempt, status_code, duration_ms, reason }, 'a call failed')
  }

  #record(claimed: Claimed, outcome: CallOutcome, redeliver: boolean): void {
    this.counts.executions[outcome.status === 'success' ? 'success' : 'failed']++
    const again = outcome.status === 'failed' && !redeliver && claimed.attempt <= claimed.retries
    // Field by field: copies of whole objects are a good part of what a call costs here.
    this.recorder.add({
      status: outcome.status,
      status_code: outcome.status_code,
      response: outcome.response,
      response_truncated: outcome.response_truncated,
      duration_ms: outcome.duration_ms,
      error: outcome.error,
      service_id: claimed.service_id,
      task_id: claimed.task_id,
      execution_id: claimed.execution_id,
      created_at: claimed.created_at,
      skew_ms: claimed.skew_ms,
      partition: claimed.partition,
      place: claimed.place,
      retry_in_ms: again ? retryDelay(claimed.attempt, outcome.retry_after_ms) : null,
      redeliver,
      needsFollowUp: again || redeliver || claimed.once || claimed.waited,
      written: () => this.#open.delete(claimed.execution_id),
    })
  }
}

/** An outcome in which what the target repeated of the secret headers is masked. */
function masked(outcome: CallOutcome, { secret }: OpenedHeader): CallOutcome {
  if (secret.size === 0) return outcome
  const clean = (text: string | null, isCut: boolean) => text && redact(text, secret.values(), isCut)
  return {
    ...outcome,
    response: clean(outcome.response, outcome.response_truncated),
    error: clean(outcome.error, true),
  }
}
