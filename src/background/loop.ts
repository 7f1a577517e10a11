import type { Log } from '../log/log.ts'
import { survive } from './survive.ts'

/** What a loop runs, and when. */
export interface LoopParts {
  /** What the loop does, in static text. A turn that throws is logged as "<name> failed; tried again". */
  readonly name: string
  readonly log: Log
  /** One turn. It may return the pause until the next one, in ms; `Infinity` waits for `wake`. */
  readonly runOnce: () => Promise<number> | Promise<void>
  /** Pause after a turn that returns none, in ms. */
  readonly everyMs: number
  /** Pause after a turn that threw, in ms; `everyMs` by default. */
  readonly afterFailureMs?: number
}

/**
 * Runs a background duty again and again, one turn at a time, with a pause between the end of a turn and the start of the
 * next. Nothing that a turn throws ends the loop (see `survive`).
 */
export class Loop {
  #stopped = false
  #turn: Promise<void> | undefined
  /** Ends the pause before its time; undefined while a turn runs and while nothing is scheduled. */
  #cancelPause: (() => void) | undefined
  /** When the pause ends, by performance.now(). */
  #pauseEndsAt = Number.POSITIVE_INFINITY
  /** The shortest pause that was asked for by `wake` during the turn under way, in ms. */
  #wokenWithinMs = Number.POSITIVE_INFINITY

  constructor(readonly parts: LoopParts) {}

  /** True once `stop` was called: a long turn should end early. */
  get stopped(): boolean {
    return this.#stopped
  }

  /** Begins the first turn now. Resolves when that turn has ended; never rejects. */
  start(): Promise<void> {
    return this.runNow()
  }

  /**
   * Runs a turn now, in place of the next one; while a turn is under way it waits for that one instead. After `stop` it
   * begins none. Never rejects.
   */
  runNow(): Promise<void> {
    if (this.#turn !== undefined) return this.#turn
    if (this.#stopped) return Promise.resolve()
    // Set before the turn begins, so that a `wake` from its first lines counts as one during the turn.
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#turn = promise
    void this.#run().then(resolve)
    return promise
  }

  /** Makes the next turn begin within `withinMs`. During a turn this shortens the pause after it. */
  wake(withinMs = 0): void {
    if (this.#turn === undefined) this.#pause(withinMs)
    else this.#wokenWithinMs = Math.min(this.#wokenWithinMs, withinMs)
  }

  /** Makes the next turn begin now, unless one is under way. */
  wakeAtRest(): void {
    if (this.#turn === undefined) this.#pause(0)
  }

  /**
   * Begins no further turn. Resolves when the turn under way has ended, or after `withinMs`.
   * @param withinMs without it, waits for as long as the turn takes
   */
  async stop(withinMs = Number.POSITIVE_INFINITY): Promise<void> {
    this.#stopped = true
    this.#endPause()
    if (this.#turn === undefined) return
    await (withinMs === Number.POSITIVE_INFINITY ? this.#turn : Promise.race([this.#turn, Bun.sleep(withinMs)]))
  }

  async #run(): Promise<void> {
    const { name, log, runOnce, everyMs, afterFailureMs = everyMs } = this.parts
    this.#endPause()
    const turn = async () => (await runOnce()) ?? everyMs
    const pauseMs = await survive(log, `${name} failed; tried again`, turn, afterFailureMs)
    this.#turn = undefined
    this.#pause(Math.min(pauseMs, this.#wokenWithinMs))
    this.#wokenWithinMs = Number.POSITIVE_INFINITY
  }

  /** Begins the next turn after `ms`, or earlier if one is scheduled earlier. */
  #pause(ms: number): void {
    const endsAt = performance.now() + ms
    if (this.#stopped || endsAt >= this.#pauseEndsAt) return
    this.#endPause()
    this.#pauseEndsAt = endsAt
    const begin = () => void this.runNow()
    if (ms <= 0) {
      // A timer takes a millisecond at least.
      const immediate = setImmediate(begin)
      this.#cancelPause = () => clearImmediate(immediate)
    } else {
      const timer = setTimeout(begin, ms)
      this.#cancelPause = () => clearTimeout(timer)
    }
  }

  #endPause(): void {
    this.#cancelPause?.()
    this.#cancelPause = undefined
    this.#pauseEndsAt = Number.POSITIVE_INFINITY
  }
}
