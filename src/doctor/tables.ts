import type { Sql } from '../database/sql.ts'
import { type Finding, orOk, problem, warning } from './finding.ts'

/** What is wrong with one table or index. */
interface Fault {
  readonly kind: 'trigger' | 'index' | 'dead rows'
  readonly name: string
  readonly on: string
  readonly count: number
}

/** As many dead rows are normal while a table is being written. */
const deadAtLeast = 50_000

/** Checks the tables: triggers that are disabled, indexes that are not valid, and dead rows that autovacuum has left. */
export async function examineTables(sql: Sql): Promise<readonly Finding[]> {
  const faults = await sql<Fault[]>`
    /* duly:list_table_faults */
    select 'trigger' as kind, tgname as name, tgrelid::regclass::text as on, 0 as count
    from pg_trigger
    join pg_class on pg_class.oid = tgrelid
    where relnamespace = current_schema()::regnamespace
      and tgenabled in ('D', 'R')
    union all
    select 'index', indexrelid::regclass::text, indrelid::regclass::text, 0
    from pg_index
    join pg_class on pg_class.oid = indexrelid
    where relnamespace = current_schema()::regnamespace
      and not (indisvalid and indisready)
    union all
    select 'dead rows', relname, relname, n_dead_tup::integer
    from pg_stat_user_tables
    where schemaname = current_schema()
      and n_dead_tup > greatest(${deadAtLeast}::integer, n_live_tup / 2)
    order by 1, 2`
  return orOk(
    faults.map(findingOf),
    'tables',
    'All triggers are enabled, all indexes are valid, and autovacuum keeps up.',
  )
}

function findingOf({ kind, name, on, count }: Fault): Finding {
  if (kind === 'trigger')
    return problem(
      'tables',
      `The trigger ${name} of ${on} is disabled: rows may refer to nothing, and replicas are not told what comes due.`,
      `As the owner: alter table ${on} enable trigger ${name}.`,
    )
  if (kind === 'index')
    return warning(
      'tables',
      `The index ${name} of ${on} is not valid: PostgreSQL does not use it.`,
      `As the owner: reindex index concurrently ${name}.`,
    )
  return warning(
    'tables',
    `Table ${name} has ${count} dead rows, more than half as many as others.`,
    `End transactions that have been open for long (check "transactions"), then vacuum (verbose) ${name}.`,
  )
}
