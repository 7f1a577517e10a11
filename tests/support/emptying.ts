import { connect } from '../../src/database/connect.ts'
import type { Sql } from '../../src/database/sql.ts'

/**
 * How much all tables together may hold, in bytes, for their rows to be deleted. Above it they are truncated, since what
 * deleted rows leave behind would slow down what reads the tables next.
 */
const deletedAtMost = 2_000_000

/**
 * Empties tables and all that refer to them. To truncate them is to make some three hundred files, after which every session
 * reads its catalogs and plans its statements again; most tests write few rows, and to delete those takes a hundredth of it.
 */
export class Emptying {
  readonly #sql: Sql
  readonly #roots: string
  #statements: string | undefined

  /** @param roots tables that others refer to, or that stand alone */
  constructor(url: string, roots: readonly string[]) {
    this.#roots = roots.join(', ')
    // Whatever refers to a deleted row is deleted as well, so neither foreign keys nor triggers have to run. A session of
    // its own has the setting, because a session whose setting changes plans all its statements again.
    const setting = encodeURIComponent('-c session_replication_role=replica')
    this.#sql = connect(`${url}${url.includes('?') ? '&' : '?'}options=${setting}`, {
      max: 1,
      statementTimeoutSeconds: 20,
      name: 'duly test emptying',
    })
  }

  async empty(): Promise<void> {
    const [{ bytes } = { bytes: 0 }] = await this.#sql<{ bytes: number }[]>`
      select coalesce(sum(pg_relation_size(oid)), 0)::bigint as bytes
      from pg_class
      where relkind in ('r', 't')
        and oid >= 16384`
    if (bytes > deletedAtMost) return this.truncate()
    this.#statements ??= await this.#compose()
    await this.#sql.unsafe(this.#statements)
  }

  /** Leaves tables as they are when they are made, without pages and dead rows. */
  async truncate(): Promise<void> {
    await this.#sql.unsafe(`truncate ${this.#roots} cascade`)
  }

  /** The statements of one transaction. */
  async #compose(): Promise<string> {
    const rows = await this.#sql.unsafe<{ name: string }[]>(`
      with recursive emptied as (
        select unnest('{${this.#roots}}'::regclass[])::oid as id
        union
        select conrelid
        from pg_constraint
        join emptied on confrelid = emptied.id
        where contype = 'f'
      )
      select relname as name
      from emptied
      join pg_class on pg_class.oid = emptied.id
      where not relispartition
      order by relname`)
    const names = rows.map(({ name }) => name)
    // What another session is just writing is waited for, as truncate does.
    const lock = `lock table ${names.join(', ')} in share row exclusive mode`
    return [lock, ...names.map((name) => `delete from ${name}`)].join(';')
  }
}
