import type { Sql } from '../../database/sql.ts'
import type { Log } from '../../log/log.ts'
import { closeInPlace, closeWithFollowUp } from '../../transitions/close.ts'
import { type Pending, RecordQueue } from './record-queue.ts'

/** Writes outcomes down: those after which something follows, and which need the task's row, apart from the others. */
export class Recorder {
  readonly #plain: RecordQueue
  readonly #withSequel: RecordQueue

  constructor(sql: Sql, replicaId: string, log: Log) {
    this.#plain = new RecordQueue(sql, replicaId, log, closeInPlace)
    this.#withSequel = new RecordQueue(sql, replicaId, log, closeWithFollowUp)
  }

  add(pending: Pending): void {
    if (pending.needsFollowUp) this.#withSequel.add(pending)
    else this.#plain.add(pending)
  }

  /** Resolves when everything added so far is written; the caller sets the limit. */
  async drain(): Promise<void> {
    await Promise.all([this.#plain.drain(), this.#withSequel.drain()])
  }
}
