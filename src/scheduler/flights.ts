import type { Log } from '../log.ts'
import type { OutboundPolicy } from '../outbound/policy.ts'
import { redact } from '../secrets/redact.ts'
import { type OpenedHeader, SealedError, type Secrets } from '../secrets/secrets.ts'
import { type CallOutcome, call, interruption } from './call.ts'
import type { Claimed } from './claimed.ts'
import { Counts } from './counts.ts'
import { PayloadRoom } from './payload-room.ts'
import type { Recorder } from './recorder.ts'
import { retryDelay } from './retry.ts'
import type { Seats } from './seats.ts'

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
export class Flights {
  readonly #open = new Map<string, Claimed>()
  readonly #calls = new Set<Promise<void>>()
  readonly #controllers = new Set<AbortController>()
  #closed = false
  readonly counts = new Counts()
  /** What the calls in flight leave for the payloads of others. */
  readonly payloadRoom = new PayloadRoom()

  /** @param seatLeft told each time a seat becomes free */
  constructor(
    readonly seats: Seats,
    readonly recorder: Recorder,
    readonly log: Log,
    readonly defaultTimeoutSeconds: number,
    readonly seatLeft: () => void,
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
    this.payloadRoom.take(claimed.payload)
    const flight = this.#fly(claimed).finally(() => {
      this.#calls.delete(flight)
      this.seats.leave(claimed.service_id, claimed.target)
      this.payloadRoom.leave(claimed.payload)
      this.seatLeft()
    })
    this.#calls.add(flight)
  }

  /** Gives back an execution that was claimed too late to be sent: its slot is queued again. */
  giveBack(claimed: Claimed): void {
    this.#open.set(claimed.execution_id, claimed)
    this.#record(claimed, notSent('its replica had lost its lease or was stopping'), true)
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
    const outcome = await this.#sendOpened(claimed)
    this.counts.durations.add((outcome.duration_ms ?? 0) / 1000)
    if (outcome.status === 'failed') this.#tellFailed(claimed, outcome)
    this.#record(claimed, outcome, outcome.error === interruption.message)
  }

  /** The call with its secret headers opened; what the target repeats of them is masked before it is kept. */
  async #sendOpened(claimed: Claimed): Promise<CallOutcome> {
    let opened: OpenedHeader
    try {
      opened = this.secrets.openHeader(claimed, claimed.header, claimed.secret_header ?? {})
    } catch (error) {
      return notSent(error instanceof SealedError ? error.message : 'its secret headers cannot be decrypted')
    }
    const outcome = await this.#send(claimed, opened)
    const clean = (text: string | null, isCut = false) => text && redact(text, opened.secret.values(), isCut)
    return {
      ...outcome,
      response: clean(outcome.response, outcome.response_truncated),
      error: clean(outcome.error, true),
    }
  }

  async #send(claimed: Claimed, { header, secret }: OpenedHeader): Promise<CallOutcome> {
    const controller = new AbortController()
    this.#controllers.add(controller)
    const outcome = await call(
      this.policy,
      {
        method: claimed.method,
        url: claimed.url,
        header,
        secretNames: {
          staysWithOrigin: (name) => secret.has(name.toLowerCase()) || this.secrets.names.staysWithOrigin(name),
        },
        payload: claimed.payload,
        identity: {
          'Idempotency-Key': claimed.slot_id,
          'Duly-Task-Id': claimed.task_id,
          'Duly-Execution-Id': claimed.execution_id,
          'Duly-Scheduled-For': claimed.scheduled_for,
          'Duly-Attempt': String(claimed.attempt),
        },
        timeoutMs: (claimed.timeout_seconds ?? this.defaultTimeoutSeconds) * 1000,
      },
      controller,
    )
    this.#controllers.delete(controller)
    return outcome
  }

  /** Names nothing of the task but its id: its address, headers and payload may hold secrets, and so may a redirect. */
  #tellFailed({ service_id, task_id, execution_id, attempt }: Claimed, outcome: CallOutcome): void {
    if (!this.log.isLevelEnabled('debug')) return
    const { status_code, duration_ms, error } = outcome
    const reason =
      status_code === null ? error?.replace(/^(redirect to an address that does not parse).*/s, '$1') : undefined
    this.log.debug({ service_id, task_id, execution_id, attempt, status_code, duration_ms, reason }, 'a call failed')
  }

  #record(claimed: Claimed, { retry_after_ms, ...outcome }: CallOutcome, redeliver: boolean): void {
    this.counts.executions[outcome.status === 'success' ? 'success' : 'failed']++
    const again = outcome.status === 'failed' && !redeliver && claimed.attempt <= claimed.retries
    this.recorder.add({
      ...outcome,
      service_id: claimed.service_id,
      task_id: claimed.task_id,
      execution_id: claimed.execution_id,
      created_at: claimed.created_at,
      skew_ms: claimed.skew_ms,
      partition: claimed.partition,
      place: claimed.place,
      retry_in_ms: again ? retryDelay(claimed.attempt, retry_after_ms) : null,
      redeliver,
      hasSequel: again || redeliver || claimed.once || claimed.waited,
      written: () => this.#open.delete(claimed.execution_id),
    })
  }
}
