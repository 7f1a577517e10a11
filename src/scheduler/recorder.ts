import type { Sql } from '../database/connect.ts'
import type { Log } from '../log.ts'
import { type Record, record, recordWithSequel } from './record.ts'
import { RecordQueue } from './record-queue.ts'

/** An outcome on its way to the database. */
export interface Pending extends Record {
  /** Something follows: a retry, a redelivery, the end of a task that runs once. */
  readonly hasSequel: boolean
  /** Called once it is written, or found to be nobody's any more. */
  readonly written: () => void
}

/** Writes outcomes down: those after which something follows, and which need the task's row, apart from the others. */
export class Recorder {
  readonly #plain: RecordQueue
  readonly #withSequel: RecordQueue

  constructor(sql: Sql, replicaId: string, log: Log) {
    this.#plain = new RecordQueue(sql, replicaId, log, record)
    this.#withSequel = new RecordQueue(sql, replicaId, log, recordWithSequel)
  }

  add(pending: Pending): void {
    if (pending.hasSequel) this.#withSequel.add(pending)
    else this.#plain.add(pending)
  }

  /** Resolves when everything added so far is written; the caller sets the limit. */
  async drain(): Promise<void> {
    await Promise.all([this.#plain.drain(), this.#withSequel.drain()])
  }
}
