import { connect } from '../../src/database/connect.ts'
import type { Sql } from '../../src/database/sql.ts'

/**
 * What a user of a peer must write to keep what Duly keeps: a task with its next time, and an execution for each call. The
 * tables have the columns that this takes, and an index for each question of a user: when tasks are due, and what a task's
 * last executions were. Calls are written in batches, each with one statement.
 */
export class Ledger {
  readonly #sql: Sql
  #batch: Batch | undefined

  constructor(databaseUrl: string) {
    this.#sql = connect(databaseUrl, { max: 2, statementTimeoutSeconds: 0, name: 'duly bench ledger', byKey: true })
  }

  /** Creates the tables and `count` daily tasks, and returns their ids. */
  async prepare(count: number, url: string): Promise<string[]> {
    await this.#sql`
      create table ledger_task (
        id uuid primary key,
        url text not null,
        scheduled_at timestamptz not null,
        every interval not null default '1 day'
      )`
    await this.#sql`create index on ledger_task (scheduled_at)`
    await this.#sql`
      create table ledger_execution (
        task_id uuid not null,
        id bigint generated always as identity,
        created_at timestamptz not null default now(),
        status text not null,
        status_code integer,
        response text,
        error text,
        duration_ms integer not null,
        primary key (task_id, id)
      )`
    const ids = Array.from({ length: count }, () => Bun.randomUUIDv7())
    await this.#sql`
      insert into ledger_task (id, url, scheduled_at)
      select id, ${url}, now()
      from unnest(${ids}::uuid[]) as id`
    return ids
  }

  /** Calls a task's URL and returns what its execution must say. Does not throw. */
  async call(task: string, url: string): Promise<Entry> {
    const began = performance.now()
    const entry: Entry = { task, status: 'failed', code: null, response: null, error: null, ms: 0 }
    try {
      const response = await fetch(url)
      entry.response = (await response.text()).slice(0, responseAtMost).replaceAll('\0', '\ufffd')
      entry.code = response.status
      entry.status = response.ok ? 'success' : 'failed'
    } catch (error) {
      entry.error = (error as Error).message
    }
    entry.ms = Math.round(performance.now() - began)
    return entry
  }

  /** Writes a call's execution and its task's next time. Resolves when both are written. */
  write(entry: Entry): Promise<void> {
    this.#batch ??= this.#begin()
    const batch = this.#batch
    batch.entries.push(entry)
    if (batch.entries.length >= batchAtMost) this.#send(batch)
    return batch.written.promise
  }

  async close(): Promise<void> {
    await this.#sql.end({ timeout: 2 })
  }

  #begin(): Batch {
    const batch: Batch = { entries: [], written: Promise.withResolvers<void>() }
    setTimeout(() => this.#send(batch), gatherMs)
    return batch
  }

  #send(batch: Batch): void {
    if (batch !== this.#batch) return
    this.#batch = undefined
    this.#insert(batch.entries).then(() => batch.written.resolve(), batch.written.reject)
  }

  async #insert(entries: readonly Entry[]): Promise<void> {
    const tasks = entries.map(({ task }) => task)
    await this.#sql`
      with execution as (
        insert into ledger_execution (task_id, status, status_code, response, error, duration_ms)
        select *
        from unnest(
          ${tasks}::uuid[], ${entries.map(({ status }) => status)}::text[], ${entries.map(({ code }) => code)}::integer[],
          ${entries.map(({ response }) => response)}::text[], ${entries.map(({ error }) => error)}::text[],
          ${entries.map(({ ms }) => ms)}::integer[]
        )
      )
      update ledger_task set scheduled_at = now() + every
      from unnest(${tasks}::uuid[]) as done (id)
      where ledger_task.id = done.id`
  }
}

/** A call's execution. */
export interface Entry {
  readonly task: string
  status: 'success' | 'failed'
  code: number | null
  response: string | null
  error: string | null
  ms: number
}

interface Batch {
  readonly entries: Entry[]
  readonly written: PromiseWithResolvers<void>
}

/** The most calls of one statement. */
const batchAtMost = 500
/** How long a batch gathers calls, in ms. */
const gatherMs = 25
/** How much of an answer is kept, in characters. */
const responseAtMost = 65_536
