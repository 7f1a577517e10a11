import type { Sql } from '../../src/database/sql.ts'
import { number } from '../report.ts'

/** A table with its indexes and partitions. */
export interface TableSize {
  readonly name: string
  readonly bytes: number
  readonly dead: number
}

/** Lists the tables of Duly. */
export async function listTableSizes(sql: Sql): Promise<TableSize[]> {
  return sql<TableSize[]>`
    select
      coalesce(parent.relname, own.relname) as name, sum(pg_total_relation_size(own.relid))::bigint as bytes,
      sum(own.n_dead_tup)::bigint as dead
    from pg_stat_user_tables own
    left join pg_inherits on pg_inherits.inhrelid = own.relid
    left join pg_class parent on parent.oid = pg_inherits.inhparent
    where own.schemaname = current_schema()
      and own.relname <> 'schema_migrations'
    group by 1
    order by 1`
}

/** Returns the age of the oldest transaction in this database, in seconds. */
export async function findOldestTransaction(sql: Sql): Promise<number> {
  const [row] = await sql<{ seconds: number }[]>`
    select coalesce(greatest(0, max(date_part('epoch', now() - xact_start))), 0) as seconds
    from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`
  return row?.seconds ?? 0
}

/** Counts the executions by status. */
export async function countExecutions(sql: Sql): Promise<{ status: string; count: number }[]> {
  return sql<{ status: string; count: number }[]>`
    select status, count(*)::int as count
    from execution
    group by status
    order by status`
}

/**
 * Lists the errors of calls that must succeed (see tasks.ts), with the number of each. A skipped slot is not an error: the
 * task was being run by `POST /tasks/{id}/executions` at that time.
 */
export async function listUnexpected(sql: Sql): Promise<{ what: string; count: number }[]> {
  return sql<{ what: string; count: number }[]>`
    select
      regexp_replace(task.name, ' [0-9]+$', '') || ': ' || execution.error as what,
      count(*)::int as count
    from execution
    join task on task.service_id = execution.service_id and task.id = execution.task_id
    where task.name like 'ok %'
      and execution.status = 'failed'
    group by 1`
}

/** Describes in one sentence how tables grew: sizes at the times `at`, and the maximum of dead rows. */
export function describeGrowth(looks: readonly (readonly TableSize[])[], at: readonly number[]): string {
  const of = (name: string, look: number) => looks.at(look)?.find((table) => table.name === name)
  return (looks.at(-1) ?? [])
    .map(({ name }) => {
      const sizes = at.map((look) => number((of(name, look)?.bytes ?? 0) / 1e6, 1))
      const dead = Math.max(...looks.map((_, look) => of(name, look)?.dead ?? 0))
      return `${name} ${sizes.join(' → ')} MB, ${number(dead)} dead rows at most`
    })
    .join('; ')
}
