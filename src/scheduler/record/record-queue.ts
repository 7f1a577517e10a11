import { isolate } from '../../background/isolate.ts'
import { Loop } from '../../background/loop.ts'
import { logFailure } from '../../background/survive.ts'
import { faultOf, isDatabaseUnavailable, isTimeout } from '../../database/fault.ts'
import type { Sql } from '../../database/sql.ts'
import type { Log } from '../../log/log.ts'
import { type Closed, closeInPlace, closeWithFollowUp } from '../../transitions/close.ts'
import { type ClosedByKey, closeByKey } from '../../transitions/close-by-key.ts'
import type { OutcomeRow } from '../../transitions/outcome.ts'
import type { SettledSlots } from '../../transitions/settled.ts'

/** An outcome on its way to the database. */
export interface Pending extends OutcomeRow {
  /** Whether something follows: a retry, a redelivery, the end of a task that runs once. */
  readonly needsFollowUp: boolean
  /** Called once it is written, or its execution is found to be closed already. */
  readonly written: () => void
}

/** What a recorder works with. */
export interface RecorderParts {
  readonly sql: Sql
  readonly replicaId: string
  readonly log: Log
  readonly settledSlots: SettledSlots
}

/** Records outcomes in two queues: those with a follow-up need the row of their task, which the others do not wait for. */
export class Recorder {
  readonly #plain: RecordQueue
  readonly #withFollowUp: RecordQueue

  constructor({ sql, replicaId, log, settledSlots }: RecorderParts) {
    const byKey: RecordQueueParts['closeByKey'] = (outcomes) => closeByKey(sql, replicaId, outcomes)
    this.#plain = new RecordQueue({
      log,
      settledSlots,
      close: (partition, outcomes) => closeInPlace(sql, replicaId, partition, outcomes),
      closeByKey: byKey,
    })
    this.#withFollowUp = new RecordQueue({
      log,
      settledSlots,
      close: (partition, outcomes) => closeWithFollowUp(sql, replicaId, partition, outcomes),
      closeByKey: byKey,
    })
  }

  add(pending: Pending): void {
    if (pending.needsFollowUp) this.#withFollowUp.add(pending)
    else this.#plain.add(pending)
  }

  /** Resolves when everything added so far is written; the caller sets the limit. */
  async drain(): Promise<void> {
    await Promise.all([this.#plain.drain(), this.#withFollowUp.drain()])
  }
}

/** Outcomes in one statement at most, and how long the first of a batch waits for others, in ms. */
const batchSize = 500
const gatherMs = 25
/** Pause after an outcome could not be written, in ms. */
const retryMs = 500
/** How long batches are written by key after one ran into a lock timeout, in ms. */
const byKeyMs = 5_000
const notWritten = 'outcomes could not be written; tried again'

/** What a record queue works with. */
export interface RecordQueueParts {
  readonly log: Log
  readonly settledSlots: SettledSlots
  /** Closes executions of one partition at the ctid that the claim returned, all or none. Undefined means none. */
  readonly close: (partition: string, outcomes: readonly OutcomeRow[]) => Promise<Closed | undefined>
  /** Closes executions wherever they are, except those whose row or task is locked. */
  readonly closeByKey: (outcomes: readonly OutcomeRow[]) => Promise<ClosedByKey>
}

/**
 * Writes outcomes in batches, one statement at a time, and holds each until it is written. Writing one twice changes
 * nothing, so after an error with an unknown result it is simply written again.
 */
export class RecordQueue {
  #next: Pending[] = []
  /** Those that could not be written because a row is locked, or for an unclear reason. The others do not wait for them. */
  readonly #deferred = new Set<Pending>()
  /** All that are not written yet, deferred ones and the batch under way among them. */
  readonly #unwritten = new Set<Pending>()
  #byKeyUntil = 0
  readonly #writing: Loop
  readonly #writingDeferred: Loop

  constructor(readonly parts: RecordQueueParts) {
    const { log } = parts
    const everyMs = Number.POSITIVE_INFINITY
    this.#writing = new Loop({ name: 'recording', log, runOnce: () => this.#writeNext(), everyMs })
    this.#writingDeferred = new Loop({
      name: 'recording of deferred outcomes',
      log,
      runOnce: () => this.#writeDeferred(),
      everyMs,
    })
  }

  add(pending: Pending): void {
    this.#unwritten.add(pending)
    const length = this.#next.push(pending)
    if (length === 1) this.#writing.wake(gatherMs)
    else if (length === batchSize) this.#writing.wake()
  }

  /** Resolves when nothing remains to be written. */
  async drain(): Promise<void> {
    while (this.#unwritten.size > 0) {
      await this.#writing.runNow()
      if (this.#next.length === 0 && this.#unwritten.size > 0) await Bun.sleep(gatherMs)
    }
  }

  /** Writes one batch. Returns the pause until the next, in ms. */
  async #writeNext(): Promise<number> {
    const batch = this.#next.splice(0, batchSize)
    if (batch.length > 0) await this.#surely(batch, () => this.#write(batch))
    if (this.#next.length === 0) return Number.POSITIVE_INFINITY
    return this.#next.length < batchSize ? gatherMs : 0
  }

  async #writeDeferred(): Promise<void> {
    const batch = [...this.#deferred]
    this.#deferred.clear()
    await this.#surely(batch, () => this.#writeByKey(batch))
  }

  /** Writes. What is not written then goes back into the queue, whatever the error: no outcome is lost. */
  async #surely(batch: readonly Pending[], write: () => Promise<void>): Promise<void> {
    try {
      await write()
    } catch (error) {
      // That the database is away is logged by the passes.
      if (!isDatabaseUnavailable(error)) logFailure(this.parts.log, error, notWritten)
      await Bun.sleep(retryMs)
      this.#next.unshift(...batch.filter((pending) => this.#unwritten.has(pending) && !this.#deferred.has(pending)))
      this.#writing.wake(gatherMs)
    }
  }

  async #write(batch: readonly Pending[]): Promise<void> {
    // The lock that the last batch ran into may still be held; by key no lock is waited for.
    if (performance.now() < this.#byKeyUntil) return this.#writeByKey(batch)
    try {
      if (await this.#writeInPlace(batch)) return
    } catch (error) {
      if (isTimeout(error)) this.#byKeyUntil = performance.now() + byKeyMs
      // A missing table may be just the partition; by key none is named.
      else if (isDatabaseUnavailable(error)) throw error
    }
    await this.#writeByKey(batch.filter((pending) => this.#unwritten.has(pending)))
  }

  /** One statement for each partition: there is one, or two at midnight. Returns whether all are written. */
  async #writeInPlace(batch: readonly Pending[]): Promise<boolean> {
    let all = true
    for (const [partition, some] of Map.groupBy(batch, (pending) => pending.partition)) {
      const closed = await this.parts.close(partition, some)
      if (closed) this.#written(some, new Set(closed.followed))
      else all = false
    }
    return all
  }

  /** For batches whose rows are not all where the claim left them: closed by others, moved, locked, gone, or refused. */
  #writeByKey(batch: readonly Pending[]): Promise<void> {
    return isolate(batch, {
      work: (some) => this.#closeByKey(some),
      onPoison: (pending, error) => this.#writeBare(pending, error),
      onUnclear: (pending, error) => {
        logFailure(this.parts.log, error, notWritten)
        this.#defer(pending)
      },
    })
  }

  /** @param rows what is written, where it differs from what is pending */
  async #closeByKey(batch: readonly Pending[], rows: readonly OutcomeRow[] = batch): Promise<void> {
    const { open, closed, followed } = await this.parts.closeByKey(rows)
    const isClosed = ({ execution_id }: Pending) => closed.has(execution_id)
    this.#written(batch.filter(isClosed), followed)
    for (const pending of batch)
      if (open.has(pending.execution_id)) this.#defer(pending)
      // Closed by another replica, or gone with its partition.
      else if (!isClosed(pending)) this.#done(pending)
  }

  /** Writes an outcome that the database refuses without what the target sent, which can be written. */
  async #writeBare(pending: Pending, cause: unknown): Promise<void> {
    const { log } = this.parts
    const { execution_id, status_code } = pending
    log.error({ err: cause, execution_id }, 'an outcome was refused by the database; it is stored without the answer')
    const bare = {
      ...pending,
      response: null,
      response_header: null,
      error: `${status_code ?? 'no answer'} (the rest could not be stored)`,
    }
    try {
      await this.#closeByKey([pending], [bare])
    } catch (error) {
      if (faultOf(error) === 'database') throw error
      log.error({ err: error, execution_id }, 'an outcome could not be written; tried again')
      this.#defer(pending)
    }
  }

  /** @param followed ids of the executions that are followed by another attempt; the slots of the others have settled */
  #written(batch: readonly Pending[], followed: ReadonlySet<string>): void {
    for (const pending of batch) this.#done(pending)
    const { settledSlots } = this.parts
    if (settledSlots.hasListeners) settledSlots.report(batch.filter(({ execution_id }) => !followed.has(execution_id)))
  }

  #done(pending: Pending): void {
    if (this.#unwritten.delete(pending)) pending.written()
  }

  #defer(pending: Pending): void {
    this.#deferred.add(pending)
    this.#writingDeferred.wake(retryMs)
  }
}
