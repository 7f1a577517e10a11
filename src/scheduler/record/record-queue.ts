import { survive, tellFailure } from '../../background/survive.ts'
import { faultOf, isDatabaseUnavailable, isTimeout } from '../../database/fault.ts'
import type { Sql } from '../../database/sql.ts'
import type { Log } from '../../log/log.ts'
import type { closeInPlace, OutcomeRow } from '../../transitions/close.ts'
import { closeByKey } from '../../transitions/close-by-key.ts'

/** An outcome on its way to the database. */
export interface Pending extends OutcomeRow {
  /** Something follows: a retry, a redelivery, the end of a task that runs once. */
  readonly needsFollowUp: boolean
  /** Called once it is written, or found to be nobody's any more. */
  readonly written: () => void
}

/** Records per statement at most, and how long the first of a batch waits for others, in ms. */
const batchSize = 500
const gatherMs = 25
const retryMs = 500
/** How long batches are written by key after one that waited in vain for what somebody else has locked, in ms. */
const byKeyMs = 5_000
const notWritten = 'outcomes could not be written; tried again'

/**
 * Writes outcomes in batches, one statement at a time, and keeps those that could not be written until they are. Writing
 * one twice changes nothing, so an unknown outcome of a statement is simply tried again.
 */
export class RecordQueue {
  #waiting: Pending[] = []
  /** All that are not written yet, wherever they wait. */
  readonly #unwritten = new Set<Pending>()
  #timer: ReturnType<typeof setTimeout> | undefined
  #byKeyUntil = 0
  #writing: Promise<void> | undefined
  /** Those whose rows somebody else has locked. They are tried beside the others, which do not wait for them. */
  #heldUp: Pending[] = []
  #heldUpTimer: ReturnType<typeof setTimeout> | undefined

  constructor(
    readonly sql: Sql,
    readonly replicaId: string,
    readonly log: Log,
    readonly statement: typeof closeInPlace,
  ) {}

  add(pending: Pending): void {
    this.#unwritten.add(pending)
    this.#waiting.push(pending)
    this.#flushSoon()
  }

  /** Resolves when nothing is left to write. */
  async drain(): Promise<void> {
    while (this.#unwritten.size > 0) {
      this.#flush()
      await (this.#writing ?? Bun.sleep(gatherMs))
    }
  }

  #flushSoon(): void {
    if (this.#waiting.length >= batchSize) this.#flush()
    else if (this.#waiting.length > 0) this.#timer ??= setTimeout(() => this.#flush(), gatherMs)
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#writing || this.#waiting.length === 0) return
    const batch = this.#waiting.splice(0, batchSize)
    this.#writing = this.#surely(batch, () => this.#write(batch)).finally(() => {
      this.#writing = undefined
      this.#flushSoon()
    })
  }

  /** Writes, and tries again what is not written when an error comes that nobody foresaw: no outcome is lost. */
  async #surely(batch: readonly Pending[], write: () => Promise<void>): Promise<void> {
    const done = async () => {
      await write()
      return true
    }
    if (await survive(this.log, notWritten, done, false)) return
    await this.#tryAgain(batch.filter((pending) => this.#unwritten.has(pending)))
  }

  async #write(batch: Pending[]): Promise<void> {
    // What kept the last one waiting is still locked, it may be: by key nobody is waited for.
    if (performance.now() < this.#byKeyUntil) return this.#writeByKey(batch)
    try {
      if (await this.#writeInPlace(batch)) this.#written(batch)
      else await this.#writeByKey(batch)
    } catch (error) {
      // A table that is missing may be the partition alone; by key none is named.
      if (isDatabaseUnavailable(error) && !isTimeout(error)) return this.#waitOut(batch, error)
      if (isTimeout(error)) this.#byKeyUntil = performance.now() + byKeyMs
      await this.#writeByKey(batch)
    }
  }

  /** One statement for each partition: there is one, or two at midnight. Returns whether all are written. */
  async #writeInPlace(batch: readonly OutcomeRow[]): Promise<boolean> {
    let all = true
    for (const [partition, records] of Map.groupBy(batch, (pending) => pending.partition))
      all = (await this.statement(this.sql, this.replicaId, partition, records)) && all
    return all
  }

  /** Not all were where they should be: some closed by others, moved, locked, gone with their partition, or refused. */
  async #writeByKey(batch: Pending[]): Promise<void> {
    try {
      const open = await closeByKey(this.sql, this.replicaId, batch)
      this.#written(batch.filter((pending) => !open.has(pending.execution_id)))
      this.#holdUp(batch.filter((pending) => open.has(pending.execution_id)))
    } catch (error) {
      if (faultOf(error) === 'database') await this.#waitOut(batch, error)
      else if (batch.length > 1) {
        // One of them cannot be written: find it, so that it holds up no other.
        const half = batch.length >> 1
        await this.#writeByKey(batch.slice(0, half))
        await this.#writeByKey(batch.slice(half))
      } else if (faultOf(error) === 'row') await this.#writeBare(batch, error)
      else {
        tellFailure(this.log, error, notWritten)
        this.#holdUp(batch)
      }
    }
  }

  /** The one that the database refuses: without what the target said it can be written. */
  async #writeBare(batch: Pending[], cause: unknown): Promise<void> {
    for (const pending of batch) {
      this.log.error({ err: cause, execution_id: pending.execution_id }, 'an outcome could not be written as it was')
      const error = `${pending.status_code ?? 'no answer'} (the rest could not be stored)`
      try {
        const open = await closeByKey(this.sql, this.replicaId, [{ ...pending, response: null, error }])
        if (open.size === 0) this.#written([pending])
        else this.#holdUp([pending])
      } catch (error) {
        this.log.error(
          { err: error, execution_id: pending.execution_id },
          'an outcome could not be written; tried again',
        )
        this.#holdUp([pending])
      }
    }
  }

  #written(batch: readonly Pending[]): void {
    for (const pending of batch) if (this.#unwritten.delete(pending)) pending.written()
  }

  /** Something is wrong with the whole database: all of them are written when it is well. */
  async #waitOut(batch: readonly Pending[], error: unknown): Promise<void> {
    // That it is away the passes tell.
    if (!isDatabaseUnavailable(error)) tellFailure(this.log, error, notWritten)
    await this.#tryAgain(batch)
  }

  async #tryAgain(batch: readonly Pending[]): Promise<void> {
    await Bun.sleep(retryMs)
    this.#waiting.unshift(...batch)
    this.#flushSoon()
  }

  #holdUp(batch: readonly Pending[]): void {
    if (batch.length === 0) return
    this.#heldUp.push(...batch)
    this.#heldUpTimer ??= setTimeout(async () => {
      const again = this.#heldUp
      this.#heldUp = []
      this.#heldUpTimer = undefined
      await this.#surely(again, () => this.#writeByKey(again))
    }, retryMs)
  }
}
