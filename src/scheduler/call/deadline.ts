import type { CallTimer, Phase } from '../../outbound/call-timer.ts'
import type { Peer } from '../../outbound/tcp-state.ts'

/** Limits the time of a call, and measures how long its phases take. It can be paused. */
export class Deadline implements CallTimer {
  #timer: ReturnType<typeof setTimeout> | undefined
  #since = performance.now()
  #ran = 0
  #paused = 0
  #phaseSince = 0
  /** How long the call has been in each phase, in ms, without the current one. With redirects it is the sum of all hops. */
  readonly took = { lookup: 0, answer: 0, body: 0 }
  phase: Phase | undefined
  wasSentTwice = false
  /** Where the connection leads, in the phase `answer`. */
  peer: Peer | undefined

  /**
   * @param ms the limit, without pauses
   * @param end called when the time is over
   */
  constructor(
    readonly ms: number,
    readonly end: () => void,
  ) {
    this.#timer = setTimeout(end, ms)
  }

  /** How long it has run, in ms. */
  get elapsedMs(): number {
    return this.#ran + (this.#timer === undefined ? 0 : performance.now() - this.#since)
  }

  /** How long it has been paused, in ms. */
  get pausedMs(): number {
    return this.#paused + (this.#timer === undefined ? performance.now() - this.#since : 0)
  }

  pause(): void {
    if (this.#timer === undefined) return
    this.#ran = this.elapsedMs
    this.#since = performance.now()
    this.#timer = void clearTimeout(this.#timer)
  }

  resume(): void {
    if (this.#timer !== undefined) return
    this.#paused = this.pausedMs
    this.#since = performance.now()
    this.#timer = setTimeout(this.end, Math.max(0, this.ms - this.#ran))
  }

  noteSentTwice(): void {
    this.wasSentTwice = true
  }

  begin(phase: Phase, peer?: Peer): void {
    this.#endPhase(this.elapsedMs)
    this.phase = phase
    this.peer = peer
  }

  /** Ends the clock. Returns how long it has run, in ms. */
  stop(): number {
    const ran = this.elapsedMs
    clearTimeout(this.#timer)
    this.#endPhase(ran)
    return ran
  }

  #endPhase(now: number): void {
    if (this.phase !== undefined) this.took[this.phase] += now - this.#phaseSince
    this.#phaseSince = now
  }
}
