import type { CallTimer, Phase } from '../../outbound/call-timer.ts'

/** Limits the time of a call. It can be paused. */
export class Deadline implements CallTimer {
  #timer: ReturnType<typeof setTimeout> | undefined
  #since = performance.now()
  #ran = 0
  #paused = 0
  phase: Phase | undefined

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

  begin(phase: Phase): void {
    this.phase = phase
  }

  clear(): void {
    clearTimeout(this.#timer)
  }
}
