import { hostname } from 'node:os'
import { isolate } from '../../background/isolate.ts'
import { Loop } from '../../background/loop.ts'
import { restAfter } from '../../background/rest.ts'
import { logFailure, survive } from '../../background/survive.ts'
import type { Sql } from '../../database/sql.ts'
import type { Log } from '../../log/log.ts'
import { closeOrphans, closeUnclaimable, releaseTasks } from '../../transitions/close-orphans.ts'
import { listOrphans, listStuckTasks, type Orphan, type StuckTask } from '../../transitions/find-orphans.ts'
import { listPageRanges, type PageRange } from '../../transitions/page-range.ts'
import { listSkippedAhead, listTasksAhead, recountAhead, type TaskAhead } from '../../transitions/recount-ahead.ts'
import type { SettledSlots } from '../../transitions/settled.ts'

/** Shortest pause between two rounds, in ms, and the pause as a multiple of what a round took: 2 % of a connection at most. */
const everyMs = 8_000
const restFactor = 50
/** See `roundMs` of the parts. */
const roundMs = 20
/** The time from one reading of what is not of today to the next: 0.2 % of a connection while the tables are in memory. */
const othersRest = { factor: 500, leastMs: 0, mostMs: 60_000 } as const
/**
 * How old a finding must be before it is mended, in ms. That is longer than a claim takes to return its result, and than a
 * replica whose row was deleted takes to insert it again.
 */
const confirmedAfterMs = 15_000
const batchSize = 500

interface Found<T> {
  readonly at: number
  readonly what: T
}

/** What an orphan sweep works with. */
export interface OrphanSweepParts {
  /** Connections whose statements may read ranges. */
  readonly maintenance: Sql
  readonly log: Log
  /** The id of this replica. */
  readonly self: string
  /** Whether this replica holds an execution: calls it, or is recording it. */
  readonly isHeld: (executionId: string) => boolean
  /** Whether the result of a claim is unknown: this replica may have executions open that it will find by itself. */
  readonly hasClaimsInDoubt: () => boolean
  readonly settledSlots: SettledSlots
  /** How old a finding must be before it is mended, in ms; 15 s by default. */
  readonly confirmedAfterMs?: number
  /**
   * How long a round goes on after the executions of today, in ms, before it rests; 20 by default. Without a limit it does not
   * rest.
   */
  readonly roundMs?: number
}

/**
 * Finds and mends what nothing takes care of, whatever caused it:
 * - executions that are `started` in the name of a replica that does not exist, or of this one without its knowing;
 * - `queued` executions that no task refers to;
 * - tasks marked as running or queued whose execution is closed or does not exist;
 * - tasks whose next time was computed while the database's clock was ahead.
 *
 * It reads the tables themselves, a range of pages at a time and with long pauses, because an index of what is open would
 * cost every execution something. Each round reads today's executions, and a part of everything else in turn.
 */
export class OrphanSweep {
  readonly #loop: Loop
  /** When a round reads something else than executions of today again, by performance.now(). */
  #othersFrom = Number.NEGATIVE_INFINITY
  /** The range after which the next round goes on. */
  #position: string | undefined
  readonly #orphans = new Map<string, Found<Orphan>>()
  readonly #stuck = new Map<string, Found<StuckTask>>()
  readonly #ahead = new Map<string, Found<TaskAhead>>()
  /** Skipped executions ahead of the clock for which the next time was computed again: what is set later stays. */
  readonly #computedAgain = new Set<string>()

  constructor(readonly parts: OrphanSweepParts) {
    this.#loop = new Loop({ name: 'orphan sweep', log: parts.log, runOnce: () => this.runOnce(), everyMs })
  }

  /** Runs a round now, and further ones 8 s apart at least, until stopped. */
  start(): void {
    void this.#loop.start()
  }

  /** Begins no further round. Resolves when the one under way has ended. */
  stop(): Promise<void> {
    return this.#loop.stop()
  }

  /**
   * One round: looks, and mends what an earlier round found. The failure of one does not keep the other from running.
   * Returns the pause until the next round, in ms.
   */
  async runOnce(): Promise<number> {
    const { log } = this.parts
    const started = performance.now()
    await survive(log, 'orphan sweep failed (look); tried again', () => this.#look(), undefined)
    await survive(log, 'orphan sweep failed (mend); tried again', () => this.#mend(), undefined)
    return Math.max(everyMs, (performance.now() - started) * restFactor)
  }

  async #look(): Promise<void> {
    const { maintenance } = this.parts
    const ranges = await listPageRanges(maintenance)
    for (const range of ranges) if (range.today && !this.#loop.stopped) await this.#read(range)
    for (const task of await listSkippedAhead(maintenance))
      if (task.skipped_id !== null && !this.#computedAgain.has(task.skipped_id)) this.#note(this.#ahead, task.id, task)
    await this.#readOthers(ranges.filter((range) => !range.today))
  }

  /** Goes on where the last round has stopped. */
  async #readOthers(others: readonly PageRange[]): Promise<void> {
    const began = performance.now()
    if (began < this.#othersFrom) return
    const limit = this.parts.roundMs ?? roundMs
    const from = others.findIndex((range) => nameOf(range) === this.#position) + 1
    for (const range of [...others.slice(from), ...others.slice(0, from)]) {
      if (this.#loop.stopped) return
      // Noted first, so that a range which cannot be read does not hold up the others.
      this.#position = nameOf(range)
      await this.#read(range)
      if (performance.now() - began > limit) break
    }
    if (limit < Number.POSITIVE_INFINITY) this.#othersFrom = began + restAfter(performance.now() - began, othersRest)
  }

  async #read(range: PageRange): Promise<void> {
    const { maintenance, self, isHeld } = this.parts
    if (range.table === 'task') {
      for (const task of await listStuckTasks(maintenance, range)) this.#note(this.#stuck, task.id, task)
      for (const task of await listTasksAhead(maintenance, range)) this.#note(this.#ahead, task.id, task)
      return
    }
    for (const orphan of await listOrphans(maintenance, range, self).catch(noneIfDropped))
      if (!isHeld(orphan.id)) this.#note(this.#orphans, orphan.id, orphan)
  }

  #note<T>(found: Map<string, Found<T>>, key: string, what: T): void {
    if (!found.has(key)) found.set(key, { at: performance.now(), what })
  }

  async #mend(): Promise<void> {
    const { maintenance, log, self, isHeld, hasClaimsInDoubt, settledSlots } = this.parts
    const orphans = this.#confirmed(this.#orphans).filter(({ id }) => !isHeld(id))
    const started = hasClaimsInDoubt() ? [] : orphans.filter(({ status }) => status === 'started')
    const own = { id: self, host: hostname() }
    const lost = await this.#mendAll(started, async (some) => {
      const { count, settled } = await closeOrphans(maintenance, some, own)
      settledSlots.report(settled)
      return count
    })
    const queued = orphans.filter(({ status }) => status === 'queued')
    const unawaited = await this.#mendAll(queued, (some) => closeUnclaimable(maintenance, some))
    const stuck = this.#confirmed(this.#stuck).filter(
      ({ current_execution_id }) => current_execution_id === null || !isHeld(current_execution_id),
    )
    const freed = await this.#mendAll(stuck, (some) => releaseTasks(maintenance, some))
    const ahead = this.#confirmed(this.#ahead)
    for (const { skipped_id } of ahead) if (skipped_id !== null) this.#computedAgain.add(skipped_id)
    const tasks = await this.#mendAll(ahead, (some) => recountAhead(maintenance, some))
    if (tasks > 0)
      log.warn({ tasks }, "the database's clock was set back: next times that lay too far ahead were computed again")
    if (lost + unawaited + freed > 0)
      log.warn(
        { closed: lost + unawaited, freed },
        'orphaned executions were closed and their slots are sent again, or tasks with no open execution were freed',
      )
  }

  /** Mends what it can, and logs what the database refuses. Returns how many rows were changed. */
  async #mendAll<T>(found: readonly T[], mend: (some: readonly T[]) => Promise<number>): Promise<number> {
    const report = (_: T, error: unknown) =>
      logFailure(this.parts.log, error, 'orphan sweep: a row could not be mended; tried again')
    let count = 0
    await isolate(found, {
      work: async (some) => {
        count += await mend(some)
      },
      onPoison: report,
      onUnclear: report,
      batchSize,
    })
    return count
  }

  /** Removes and returns what was found long enough ago. What cannot be mended is found again. */
  #confirmed<T>(found: Map<string, Found<T>>): T[] {
    const before = performance.now() - (this.parts.confirmedAfterMs ?? confirmedAfterMs)
    const confirmed = [...found].filter(([, { at }]) => at <= before)
    for (const [key] of confirmed) found.delete(key)
    return confirmed.map(([, { what }]) => what)
  }
}

/** A partition that was dropped since the ranges were listed has nothing open. */
function noneIfDropped(error: unknown): [] {
  if ((error as { code?: string } | null)?.code !== '42P01') throw error
  return []
}

const nameOf = ({ table, first }: PageRange) => `${table} ${first}`
