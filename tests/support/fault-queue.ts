/**
 * Files of which no two run at the same time: they keep all of a small machine busy for many seconds, and what others
 * promise in seconds would wait for them.
 */
const heavy: readonly string[] = [
  'alerts-killed',
  'alerts-large-group',
  'bulkheads',
  'database-trouble',
  'every-command',
  'large',
  'list-memory',
  'many-replicas',
  'outbound-window',
  'rolling-restart',
  'stale-statistics',
  'windows',
]

/**
 * The files that take longest, the longest first: so all lanes end at about the same time. Where this is out of date, one
 * ends some seconds later than it could.
 */
const longest: readonly string[] = [
  'fuzz',
  'failover',
  'isolation',
  'synchronous-standby',
  'database-clock',
  'killed-processes',
  'outage',
  'bulkheads',
  'every-command',
  'many-replicas',
  'unwell-database',
  'accessibility',
  'list-memory',
  'stale-statistics',
  'alerts-killed',
  'stalled-connection',
  'alerts-large-group',
  'killed-replica',
  'dev',
]

/** The files of the long suite that wait for a lane. */
export class FaultQueue {
  readonly #waiting: string[]
  readonly #heavy: readonly string[]
  #isHeavyRunning = false

  /**
   * @param files such as tests/faults/slots.test.ts
   * @param order names such as slots
   */
  constructor(files: readonly string[], order = { heavy, longest }) {
    this.#heavy = order.heavy
    const rank = (file: string) => {
      const place = order.longest.indexOf(nameOf(file))
      return place < 0 ? order.longest.length : place
    }
    this.#waiting = files.toSorted((one, other) => rank(one) - rank(other))
  }

  /** Runs one file after another, until none is left for this lane. */
  async work(run: (file: string) => Promise<void>): Promise<void> {
    for (let file = this.#take(); file !== undefined; file = this.#take()) {
      const isHeavy = this.#heavy.includes(nameOf(file))
      if (isHeavy) this.#isHeavyRunning = true
      await run(file)
      if (isHeavy) this.#isHeavyRunning = false
    }
  }

  /** What is left when a heavy file runs and only heavy ones wait is for the lane that runs it. */
  #take(): string | undefined {
    const index = this.#waiting.findIndex((file) => !this.#isHeavyRunning || !this.#heavy.includes(nameOf(file)))
    return index < 0 ? undefined : this.#waiting.splice(index, 1)[0]
  }
}

const nameOf = (file: string): string => file.replace(/^.*\/|\.test\.ts$/g, '')
