import type { Fragment, Sql } from '../database/sql.ts'

/** A slot that has settled: it succeeded, or it failed and no attempt follows. */
export interface SettledSlot {
  readonly service_id: string
  readonly task_id: string
  readonly slot_id: string
  /** The last execution of the slot. */
  readonly execution_id: string
  readonly status: 'success' | 'failed'
  readonly error: string | null
}

/**
 * Tells listeners of slots that have settled. Everything in this process that records the end of an execution reports
 * here, after the database has committed it. docs/states.md says what is reported and what is not.
 */
export class SettledSlots {
  readonly #listeners: ((slots: readonly SettledSlot[]) => void)[] = []

  /** Whether anybody listens. Without a listener the record queue collects nothing. */
  get hasListeners(): boolean {
    return this.#listeners.length > 0
  }

  /** @param listener called with each batch of settled slots. It must not throw, and must not take long. */
  listen(listener: (slots: readonly SettledSlot[]) => void): void {
    this.#listeners.push(listener)
  }

  /** Passes slots to all listeners. Call it after their statement has committed. */
  report(slots: readonly SettledSlot[]): void {
    if (slots.length > 0) for (const listener of this.#listeners) listener(slots)
  }
}

/**
 * Rows of a statement as JSON of settled slots, for statements whose rows the caller does not know beforehand.
 * @param ended query for the columns of `SettledSlot`
 */
export const settledAsJson = (sql: Sql, ended: Fragment): Fragment => sql`
  (select coalesce(json_agg(settled), '[]') from (${ended}) settled)`
