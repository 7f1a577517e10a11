import type { CallTimer } from './call-timer.ts'

/** How often a window is resized while calls wait for it, in ms. */
const resizeMs = 100
/** A window grows while its calls take longer than this on average, in ms. */
const longMs = 25
/** Over how many intervals the average is taken. One or two may be this process that stood still. */
const judgedIntervals = 3
/** By which factor more calls must end per interval after a window has grown. Without it, it is made as small as before. */
const worthwhileGain = 1.25
/** For how many intervals it does not grow again then, nor while a target from which answers came sends none. */
const restIntervals = 20
/** For how many it waits before it grows further while that goes on. */
const silentIntervals = 5
/** A call that takes longer than this, in ms, does not count any more: it does not keep others from being sent. */
const uncountedMs = 2_000

/**
 * Bounds the calls in flight to one target. The others wait in this process, in the order of their arrival.
 *
 * A small window keeps a quick target busy. While calls wait and those in flight take long, it doubles, for as long as the
 * larger window gets more calls done: a target with a long answer time is given every seat there is. A target at its limit
 * is not: there, more calls would only make each of them take longer.
 */
export class Window {
  #limit: number
  #inFlight = 0
  /** Calls in flight that count no more. */
  #uncounted = 0
  /** How many calls have ended in this interval, in the last ones since the limit was changed, and in all of those. */
  #ended = 0
  #endedBefore: number[] = []
  #endedSinceChange = 0
  /** Whether a call has ever ended. Before that, nothing tells whether the target is slow or at its limit. */
  #everEnded = false
  /** The rate at which calls ended, per interval, before the window grew last, while it is not known whether that helped. */
  #rateBeforeGrowth: number | undefined
  #restsFor = 0
  /** The places that count, in the order in which they were taken. */
  readonly #counted = new Set<Place>()
  #timer: ReturnType<typeof setTimeout> | undefined
  /** Functions that start the calls that wait, in their order from `#first` on. Those before it have been started. */
  #waiting: Start[] = []
  #first = 0
  #startsSoon = false

  /**
   * @param least how many calls may always be in flight
   * @param unused called when no call is in flight or waiting any more
   */
  constructor(
    readonly least: number,
    readonly unused: () => void,
  ) {
    this.#limit = least
  }

  /** Takes a place if there is one and no call waits for it. */
  tryEnter(): Place | undefined {
    return this.#hasRoom && this.#waiting.length === 0 ? this.#take() : undefined
  }

  /** Takes a place and calls `start` with it, at once or when it is this call's turn. It must not throw. */
  enter(start: Start): void {
    const place = this.tryEnter()
    if (place) {
      start(place)
      return
    }
    this.#waiting.push(start)
    this.#timer ??= setTimeout(() => this.#resize(), resizeMs)
  }

  /** Waits for a place; the timer of the call is paused meanwhile. @throws the reason of the signal */
  async waitForPlace(signal: AbortSignal, timer: CallTimer): Promise<Place> {
    signal.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<Place>()
    const abort = () => {
      if (this.withdraw(resolve)) reject(signal.reason)
    }
    signal.addEventListener('abort', abort, { once: true })
    this.enter(resolve)
    timer.pause()
    try {
      return await promise
    } finally {
      timer.resume()
      signal.removeEventListener('abort', abort)
    }
  }

  /** Forgets a call that waits. Returns false if it has been started. */
  withdraw(start: Start): boolean {
    const index = this.#waiting.indexOf(start, this.#first)
    if (index < 0) return false
    this.#waiting.splice(index, 1)
    this.#trim()
    this.#endIfUnused()
    return true
  }

  /** Takes back a place. */
  release(place: Place): void {
    this.#inFlight--
    if (!this.#counted.delete(place)) this.#uncounted--
    this.#ended++
    if (this.#waiting.length === 0) this.#endIfUnused()
    else this.#startSoon()
  }

  /** Starts the calls whose turn has come after the answers that have arrived: together they are started faster. */
  #startSoon(): void {
    if (this.#startsSoon) return
    this.#startsSoon = true
    setImmediate(() => {
      this.#startsSoon = false
      this.#startNext()
      this.#endIfUnused()
    })
  }

  #startNext(): void {
    while (this.#hasRoom && this.#first < this.#waiting.length) {
      const start = this.#waiting[this.#first++] as Start
      this.#trim()
      start(this.#take())
    }
  }

  /** Drops what has been started: all at once when nothing waits, and else when it is most of the list. */
  #trim(): void {
    if (this.#first < this.#waiting.length && this.#first < 1024) return
    this.#waiting = this.#waiting.slice(this.#first)
    this.#first = 0
  }

  get #hasRoom(): boolean {
    return this.#inFlight - this.#uncounted < this.#limit
  }

  #take(): Place {
    const place = new Place(this)
    this.#inFlight++
    this.#counted.add(place)
    return place
  }

  #resize(): void {
    this.#everEnded ||= this.#ended > 0
    this.#endedSinceChange += this.#ended
    if (this.#endedBefore.push(this.#ended) > restIntervals) this.#endedBefore.shift()
    this.#ended = 0
    this.#restsFor = Math.max(0, this.#restsFor - 1)
    this.#stopCounting(performance.now() - uncountedMs)
    if (this.#endedBefore.length >= judgedIntervals) this.#judge()
    const goesOn = this.#waiting.length > 0 || this.#limit > this.least
    this.#timer = goesOn ? setTimeout(() => this.#resize(), resizeMs) : undefined
    this.#startNext()
  }

  /** Changes the limit by what the last intervals have shown. */
  #judge(): void {
    const last = this.#endedBefore.slice(-judgedIntervals)
    const rate = last.reduce((sum, ended) => sum + ended, 0) / judgedIntervals
    // By Little's law the average duration is the calls in flight divided by the rate at which calls end.
    const takesLong = rate * longMs < (this.#inFlight - this.#uncounted) * resizeMs
    if (!takesLong) {
      this.#rateBeforeGrowth = undefined
      this.#limit = Math.max(this.least, this.#limit >> 1)
    } else if (rate === 0) {
      this.#growInSilence()
    } else if (this.#rateBeforeGrowth === undefined) {
      if (this.#restsFor === 0) this.#grow(rate)
    } else if (this.#endedSinceChange >= this.#limit) {
      if (rate > this.#rateBeforeGrowth * worthwhileGain) this.#grow(rate)
      else {
        this.#rateBeforeGrowth = undefined
        this.#restsFor = restIntervals
        this.#setLimit(Math.max(this.least, this.#limit >> 1))
      }
    }
  }

  /**
   * Grows while no call ends: at each interval if none has ended yet, since the target is slow, and not known to be at its
   * limit. After an answer it may just stand still, so that the window waits for two seconds, and then for half of one.
   */
  #growInSilence(): void {
    if (this.#waiting.length === 0) return
    if (this.#everEnded) {
      if (this.#endedBefore.length < restIntervals || this.#endedBefore.some((ended) => ended > 0)) return
      this.#endedBefore.splice(0, silentIntervals)
    }
    this.#rateBeforeGrowth = undefined
    this.#limit *= 2
  }

  #grow(rate: number): void {
    if (this.#waiting.length === 0) return
    this.#rateBeforeGrowth = rate
    this.#setLimit(this.#limit * 2)
  }

  #setLimit(limit: number): void {
    this.#limit = limit
    this.#endedBefore = []
    this.#endedSinceChange = 0
  }

  /** Stops counting the calls that started before a time. */
  #stopCounting(before: number): void {
    for (const place of this.#counted) {
      if (place.since > before) return
      this.#counted.delete(place)
      this.#uncounted++
    }
  }

  #endIfUnused(): void {
    if (this.#inFlight > 0 || this.#waiting.length > 0) return
    clearTimeout(this.#timer)
    this.unused()
  }
}

/** A place in a window, held by one call. */
export class Place {
  readonly since = performance.now()
  #window: Window | undefined

  constructor(window: Window) {
    this.#window = window
  }

  /** Gives the place back. Further calls have no effect. */
  leave(): void {
    const window = this.#window
    this.#window = undefined
    window?.release(this)
  }
}

/** Starts a call that has got its place. */
type Start = (place: Place) => void
