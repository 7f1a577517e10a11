import { hostname } from 'node:os'
import { survive } from '../../background/survive.ts'
import { faultOf } from '../../database/fault.ts'
import type { Sql } from '../../database/sql.ts'
import type { Log } from '../../log/log.ts'
import { countAnew, listSkippedAhead, listTasksAhead, type TaskAhead } from '../../transitions/ahead-of-clock.ts'
import {
  closeOrphans,
  closeUnawaited,
  freeTasks,
  listOrphans,
  listPageRanges,
  listStuckTasks,
  type Orphan,
  type PageRange,
  type StuckTask,
} from '../../transitions/orphans.ts'

/** A round at least so often, and so much rest for what a round took: 2 % of a connection at most. */
const everyMs = 8_000
const restFactor = 50
/** What a round may take beyond the executions of today, in ms. */
const roundMs = 50
/**
 * How old a finding must be before anything is done about it, in ms. Longer than the answer of a claim can take, and than
 * a replica whose row was deleted needs to write it anew.
 */
const confirmedAfterMs = 15_000
const batchSize = 500

interface Found<T> {
  readonly at: number
  readonly what: T
}

/**
 * Finds, however it came to be, what nobody takes care of: executions that are `started` in the name of a replica that
 * does not exist, or in this one's and not in its hands; `queued` ones that no task waits for; tasks that count as busy
 * with something that is closed or does not exist; tasks whose next time was counted while the clock was ahead. It reads the tables themselves, a range of pages at a time and with
 * long rests, since an index of what is open would be paid for by each execution: today's executions in each round, all
 * else in turn.
 */
export class OrphanSweep {
  #stopped = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #round: Promise<void> = Promise.resolve()
  /** The range after which the next round goes on. */
  #position: string | undefined
  readonly #orphans = new Map<string, Found<Orphan>>()
  readonly #stuck = new Map<string, Found<StuckTask>>()
  readonly #ahead = new Map<string, Found<TaskAhead>>()
  /** Passed over slots ahead of the clock after which the next time was counted anew already: what is set later stays. */
  readonly #countedAnew = new Set<string>()

  /**
   * @param maintenance connections whose statements may read ranges
   * @param self this replica
   * @param isInHand whether it has an execution open and knows of it
   * @param isDoubtful whether it may have some open that it will yet find by itself
   */
  constructor(
    readonly maintenance: Sql,
    readonly log: Log,
    readonly self: string,
    readonly isInHand: (executionId: string) => boolean,
    readonly isDoubtful: () => boolean,
    readonly confirmedAfter = confirmedAfterMs,
  ) {}

  /** Works, a round every 8 s at most, until stopped. It never throws. */
  start(): void {
    if (this.#stopped) return
    const started = performance.now()
    this.#round = this.round().finally(() => {
      const rest = Math.max(everyMs, (performance.now() - started) * restFactor)
      if (!this.#stopped) this.#timer = setTimeout(() => this.start(), rest)
    })
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#round
  }

  /** One round: looks, and mends what an earlier round has found. */
  async round(): Promise<void> {
    await survive(this.log, 'executions without an owner could not be looked for', () => this.#look(), undefined)
    await survive(this.log, 'executions without an owner could not be closed', () => this.#mend(), undefined)
  }

  async #look(): Promise<void> {
    const ranges = await listPageRanges(this.maintenance)
    for (const range of ranges) if (range.today && !this.#stopped) await this.#read(range)
    for (const task of await listSkippedAhead(this.maintenance))
      if (task.skipped_id !== null && !this.#countedAnew.has(task.skipped_id)) this.#note(this.#ahead, task.id, task)
    const until = performance.now() + roundMs
    const others = ranges.filter((range) => !range.today)
    const from = others.findIndex((range) => nameOf(range) === this.#position) + 1
    for (const range of [...others.slice(from), ...others.slice(0, from)]) {
      if (this.#stopped) return
      // Noted first: one that cannot be read holds up no other.
      this.#position = nameOf(range)
      await this.#read(range)
      if (performance.now() > until) return
    }
  }

  async #read(range: PageRange): Promise<void> {
    if (range.table === 'task') {
      for (const task of await listStuckTasks(this.maintenance, range)) this.#note(this.#stuck, task.id, task)
      for (const task of await listTasksAhead(this.maintenance, range)) this.#note(this.#ahead, task.id, task)
      return
    }
    for (const orphan of await listOrphans(this.maintenance, range, this.self).catch(noneIfDropped))
      if (!this.isInHand(orphan.id)) this.#note(this.#orphans, orphan.id, orphan)
  }

  #note<T>(found: Map<string, Found<T>>, key: string, what: T): void {
    if (!found.has(key)) found.set(key, { at: performance.now(), what })
  }

  async #mend(): Promise<void> {
    const orphans = this.#confirmed(this.#orphans).filter(({ id }) => !this.isInHand(id))
    const started = this.isDoubtful() ? [] : orphans.filter(({ status }) => status === 'started')
    const self = { id: this.self, host: hostname() }
    const closed = await inBatches(started, (batch) => closeOrphans(this.maintenance, batch, self))
    const queued = orphans.filter(({ status }) => status === 'queued')
    const unawaited = await inBatches(queued, (batch) => closeUnawaited(this.maintenance, batch))
    const stuck = this.#confirmed(this.#stuck).filter(
      ({ current_execution_id }) => current_execution_id === null || !this.isInHand(current_execution_id),
    )
    const freed = await inBatches(stuck, (batch) => freeTasks(this.maintenance, batch))
    const ahead = this.#confirmed(this.#ahead)
    for (const { skipped_id } of ahead) if (skipped_id !== null) this.#countedAnew.add(skipped_id)
    const anew = await inBatches(ahead, (batch) => countAnew(this.maintenance, batch))
    if (anew > 0)
      this.log.warn(
        { tasks: anew },
        "the database's clock was set back: next times that lay too far ahead were counted anew",
      )
    if (closed + unawaited + freed > 0)
      this.log.warn(
        { closed: closed + unawaited, freed },
        'executions that nobody had in hand were closed and are sent again, or tasks that were busy with nothing were freed',
      )
  }

  /** Takes out what was found long enough ago. What is still so, and could not be mended, is found again. */
  #confirmed<T>(found: Map<string, Found<T>>): T[] {
    const before = performance.now() - this.confirmedAfter
    const confirmed = [...found].filter(([, { at }]) => at <= before)
    for (const [key] of confirmed) found.delete(key)
    return confirmed.map(([, { what }]) => what)
  }
}

/** A partition that was dropped past retention since the list was made has nothing open. */
function noneIfDropped(error: unknown): [] {
  if ((error as { code?: string } | null)?.code !== '42P01') throw error
  return []
}

const nameOf = ({ table, first }: PageRange) => `${table} ${first}`

/** Does it with a batch at a time; one that fails for a reason of its own is taken apart, so that it holds up no other. */
async function inBatches<T>(all: readonly T[], work: (batch: readonly T[]) => Promise<number>): Promise<number> {
  let count = 0
  for (let first = 0; first < all.length; first += batchSize) {
    const batch = all.slice(first, first + batchSize)
    try {
      count += await work(batch)
    } catch (error) {
      if (faultOf(error) === 'database' || batch.length === 1) throw error
      for (const one of batch) count += await work([one]).catch(() => 0)
    }
  }
  return count
}
