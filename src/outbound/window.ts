import type { CallTimer } from './call-timer.ts'

/** How many calls to one target may be in flight while its answers come quickly. */
const ofTarget = 32
/** The same for one address and port, which several names may have. */
const ofAddress = 64
/** How often a window is resized while calls wait for it, in ms. */
const resizeMs = 100
/** A window grows while its calls take longer than this on average, in ms. */
const longMs = 50
/** For how many intervals in a row. One or two of them may be this process that stood still. */
const longIntervalsToGrow = 3
/** By which factor more calls must end per interval after a window has grown, for it to grow again. */
const worthwhileGain = 1.25
/** How many calls must have ended, or intervals passed, before the rate at which calls end is compared. */
const [callsToJudge, intervalsToJudge] = [16, 5]

/**
 * Bounds the calls in flight to one target. The others wait in this process, in the order of their arrival.
 *
 * A small window keeps a quick target busy. It doubles each 100 ms while calls wait and those in flight take long, so that a
 * target with a long answer time is given every seat there is. Once calls end, it does not grow while a larger window has got
 * no more of them through: then the target is at its limit, and more calls would only make each of them take longer.
 */
export class Window {
  #limit: number
  #inFlight = 0
  /** Calls that have ended, and intervals that have passed, since the rate was compared last. */
  #ended = 0
  #intervals = 0
  /** For how many intervals in a row the calls have taken long. */
  #longIntervals = 0
  /** The rate, in calls per interval, at which calls ended before the window grew last; 0 if none had ended. */
  #rateBefore = 0
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
    if (this.#inFlight >= this.#limit || this.#waiting.length > 0) return undefined
    this.#inFlight++
    return new Place(this)
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
  release(): void {
    this.#inFlight--
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
    while (this.#inFlight < this.#limit && this.#first < this.#waiting.length) {
      const start = this.#waiting[this.#first++] as Start
      this.#trim()
      this.#inFlight++
      start(new Place(this))
    }
  }

  /** Drops what has been started: all at once when nothing waits, and else when it is most of the list. */
  #trim(): void {
    if (this.#first < this.#waiting.length && this.#first < 1024) return
    this.#waiting = this.#waiting.slice(this.#first)
    this.#first = 0
  }

  #resize(): void {
    const waits = this.#waiting.length > 0
    this.#intervals = Math.min(this.#intervals + 1, intervalsToJudge)
    const rate = this.#ended / this.#intervals
    // By Little's law the average duration is the calls in flight divided by the rate at which calls end.
    const takesLong = rate * longMs < this.#inFlight * resizeMs
    this.#longIntervals = takesLong ? this.#longIntervals + 1 : 0
    if (!takesLong) {
      this.#limit = Math.max(this.least, this.#limit >> 1)
      this.#rateBefore = 0
    } else if (waits && this.#longIntervals >= longIntervalsToGrow && this.#growthHelps(rate)) {
      this.#limit *= 2
      this.#rateBefore = Math.max(this.#rateBefore, rate)
    }
    if (this.#ended > 0 && (!takesLong || this.#canJudge)) this.#ended = this.#intervals = 0
    this.#timer = waits || this.#limit > this.least ? setTimeout(() => this.#resize(), resizeMs) : undefined
    this.#startNext()
  }

  get #canJudge(): boolean {
    return this.#ended >= callsToJudge || this.#intervals === intervalsToJudge
  }

  /** Whether the window is to grow. Without any call that has ended, the target is slow and not known to be at its limit. */
  #growthHelps(rate: number): boolean {
    if (rate === 0) return this.#rateBefore === 0 || this.#canJudge
    return this.#canJudge && rate > this.#rateBefore * worthwhileGain
  }

  #endIfUnused(): void {
    if (this.#inFlight > 0 || this.#waiting.length > 0) return
    clearTimeout(this.#timer)
    this.unused()
  }
}

/** A place in a window, held by one call. */
export class Place {
  #window: Window | undefined

  constructor(window: Window) {
    this.#window = window
  }

  /** Gives the place back. Further calls have no effect. */
  leave(): void {
    const window = this.#window
    this.#window = undefined
    window?.release()
  }
}

/** Starts a call that has got its place. */
type Start = (place: Place) => void

const ofTargets = new Map<string, Window>()
const ofAddresses = new Map<string, Window>()

/** The window of a target. @param target host and port, as the URL of the task has them */
export const windowOfTarget = (target: string): Window => windowIn(ofTargets, target, ofTarget)

/** The window of an address. @param address with its port */
export const windowOfAddress = (address: string): Window => windowIn(ofAddresses, address, ofAddress)

/** Windows exist while calls are in flight or wait. */
function windowIn(windows: Map<string, Window>, key: string, least: number): Window {
  let window = windows.get(key)
  if (!window) {
    const made = new Window(least, () => {
      if (windows.get(key) === made) windows.delete(key)
    })
    window = made
    windows.set(key, window)
  }
  return window
}
