import type { Sql } from '../database/connect.ts'
import { databaseIsAway } from '../database/connect.ts'
import type { Log } from '../log.ts'
import { findPlaces, type Record, record, recordWithSequel } from './record.ts'

/** Records per statement at most, and how long the first of a batch waits for others, in ms. */
const batchSize = 200
const gatherMs = 10
const retryMs = 500

/** An outcome on its way to the database. */
export interface Pending extends Record {
  /** Something follows: a retry, a redelivery, the end of a task that runs once. */
  readonly hasSequel: boolean
  /** Called once it is written, or found to be nobody's any more. */
  readonly written: () => void
}

/**
 * Writes outcomes down in batches, one statement at a time of each kind, and keeps those that could not be written
 * until they are. Writing one twice changes nothing, so an unknown outcome of a statement is simply tried again.
 */
export class Recorder {
  #waiting: Pending[] = []
  #timer: ReturnType<typeof setTimeout> | undefined
  #writing: Promise<void> | undefined

  constructor(
    readonly sql: Sql,
    readonly replicaId: string,
    readonly log: Log,
  ) {}

  add(pending: Pending): void {
    this.#waiting.push(pending)
    if (this.#waiting.length >= batchSize) this.#flush()
    else this.#timer ??= setTimeout(() => this.#flush(), gatherMs)
  }

  /** Resolves when everything added so far is written; the caller sets the limit. */
  async drain(): Promise<void> {
    while (this.#waiting.length > 0 || this.#writing) {
      this.#flush()
      await this.#writing
    }
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#writing || this.#waiting.length === 0) return
    const batch = this.#waiting.splice(0, batchSize)
    this.#writing = this.#write(batch).finally(() => {
      this.#writing = undefined
      if (this.#waiting.length >= batchSize) this.#flush()
      else if (this.#waiting.length > 0) this.#timer ??= setTimeout(() => this.#flush(), gatherMs)
    })
  }

  async #write(batch: Pending[]): Promise<void> {
    const plain = batch.filter((pending) => !pending.hasSequel)
    const others = batch.filter((pending) => pending.hasSequel)
    await Promise.all([
      plain.length > 0 ? this.#writeAll(plain, record) : undefined,
      others.length > 0 ? this.#writeAll(others, recordWithSequel) : undefined,
    ])
  }

  async #writeAll(batch: Pending[], statement: typeof record): Promise<void> {
    try {
      if ((await this.#execute(batch, statement)) < batch.length) await this.#writeMoved(batch, statement)
      for (const pending of batch) pending.written()
    } catch (error) {
      if (databaseIsAway(error)) {
        this.#waiting.unshift(...batch)
        await Bun.sleep(retryMs)
      } else if (batch.length > 1) {
        // One of them cannot be written: find it, so that it holds up no other.
        const half = batch.length >> 1
        await this.#writeAll(batch.slice(0, half), statement)
        await this.#writeAll(batch.slice(half), statement)
      } else await this.#writeBare(batch, statement, error)
    }
  }

  /** Not all were found: those closed by others stay as they are, but a row that was moved is found by its key. */
  async #writeMoved(batch: Pending[], statement: typeof record): Promise<void> {
    const places = await findPlaces(this.sql, this.replicaId, batch)
    const moved = batch.flatMap((pending) => {
      const place = places.get(pending.execution_id)
      return place === undefined ? [] : [{ ...pending, ...place }]
    })
    await this.#execute(moved, statement)
  }

  /** One statement for each partition: there is one, or two at midnight. Returns how many executions were open. */
  async #execute(batch: readonly Record[], statement: typeof record): Promise<number> {
    let open = 0
    for (const [partition, records] of Map.groupBy(batch, (pending) => pending.partition))
      open += await statement(this.sql, this.replicaId, partition, records)
    return open
  }

  /** The one that the database refuses: without what the target said it can be written. */
  async #writeBare(batch: Pending[], statement: typeof record, cause: unknown): Promise<void> {
    const [pending] = batch
    if (!pending) return
    this.log.error({ err: cause, execution_id: pending.execution_id }, 'an outcome could not be written as it was')
    const bare = { ...pending, response: null, error: `${pending.error ?? ''} (the answer could not be stored)`.trim() }
    try {
      await this.#execute([bare], statement)
      pending.written()
    } catch (error) {
      this.log.error({ err: error, execution_id: pending.execution_id }, 'an outcome could not be written; tried again')
      this.#waiting.push(pending)
      await Bun.sleep(retryMs)
    }
  }
}
