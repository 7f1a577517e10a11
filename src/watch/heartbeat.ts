import { Loop } from '../background/loop.ts'
import { survive } from '../background/survive.ts'
import type { Log } from '../log/log.ts'
import type { CallTimer } from '../outbound/call-timer.ts'
import { OutboundPolicy } from '../outbound/policy.ts'
import { Blocked, send } from '../outbound/send.ts'
import { describeFailure } from '../scheduler/call/failure.ts'

/** Pause between two heartbeats, in ms. */
const everyMs = 60_000
/** Pause between two looks while passes do not go well: the next heartbeat is sent as soon as they do. */
const lookMs = 1_000
/** How long a heartbeat may take, in ms. */
const withinMs = 10_000

/**
 * The URL is the operator's, so the settings of the outbound policy, which are for tasks, do not apply. Metadata services and
 * link-local addresses are refused nevertheless.
 */
const policy = new OutboundPolicy({ policy: 'internal', allow: [], deny: [], keepAlive: false })

/** A heartbeat has one deadline, which nothing stops. */
const untimed: CallTimer = {
  pause: () => {},
  resume: () => {},
  pausedMs: 0,
  noteSentTwice: () => {},
  wasSentTwice: false,
  begin: () => {},
}

/** What a heartbeat works with. */
export interface HeartbeatParts {
  /** Called with GET. Only its origin is logged, because its path is a secret. */
  readonly url: string
  readonly log: Log
  /** Whether passes go well now. */
  readonly isWell: () => boolean
  /** Pause between two heartbeats, in ms; a minute by default. */
  readonly everyMs?: number
}

/**
 * Calls HEARTBEAT_URL once a minute while passes go well, so that a monitor outside tells what Duly cannot: that it is down.
 * A heartbeat that fails is logged when that begins and when it is over; nothing waits for it.
 */
export class Heartbeat {
  readonly #loop: Loop
  readonly #stopping = new AbortController()
  #fails = false

  constructor(readonly parts: HeartbeatParts) {
    this.#loop = new Loop({ name: 'the heartbeat', log: parts.log, runOnce: () => this.#turn(), everyMs: lookMs })
  }

  /** Begins: the first heartbeat is sent once passes go well. */
  start(): void {
    void this.#loop.start()
  }

  /** Ends a heartbeat that is under way, and sends none any more. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#loop.stop(1_000)
  }

  async #turn(): Promise<number> {
    const { isWell, everyMs: pauseMs = everyMs } = this.parts
    if (!isWell()) return lookMs
    const began = performance.now()
    const failure = await survive(this.parts.log, 'the heartbeat failed inside Duly', () => this.#send(), undefined)
    if (!this.#loop.stopped) this.#note(failure)
    return Math.max(0, pauseMs - (performance.now() - began))
  }

  /** Sends a heartbeat. @returns why it failed; undefined when it was answered with 2xx */
  async #send(): Promise<string | undefined> {
    const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(withinMs)])
    try {
      const exchange = await send(policy, this.parts.url, { method: 'GET', headers: {}, signal, timer: untimed })
      const { ok, status, body } = exchange.response
      exchange.end(false)
      // The answer is not read. What the cancelled stream says does not matter.
      void body?.cancel().catch(() => {})
      if (ok) return undefined
      return status >= 300 && status < 400
        ? `it answered ${status}; redirects are not followed`
        : `it answered ${status}`
    } catch (error) {
      if (signal.aborted) return `no answer within ${withinMs / 1000} s`
      return error instanceof Blocked ? error.message : describeFailure(error)
    }
  }

  #note(failure: string | undefined): void {
    const origin = new URL(this.parts.url).origin
    if (failure !== undefined && !this.#fails)
      this.parts.log.warn({ origin, reason: failure }, 'HEARTBEAT_URL cannot be called; tried again each minute')
    if (failure === undefined && this.#fails) this.parts.log.info({ origin }, 'HEARTBEAT_URL is called again')
    this.#fails = failure !== undefined
  }
}
