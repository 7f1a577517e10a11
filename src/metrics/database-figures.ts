import type { Sql } from '../database/sql.ts'

/** What the database knows: the same whichever replica is asked. */
export interface DatabaseFigures {
  /** How late the earliest due slot or waiting execution is, in seconds; 0 when none is. */
  readonly due_lag: number
  /** The age of the oldest transaction in this database, in seconds; 0 when there is none. */
  readonly oldest_transaction: number
  /** Dead rows by table, partitions added up. */
  readonly dead_tuples: Readonly<Record<string, number>>
}

/** How long an answer is good for, and how long a scrape waits for one, in ms. */
const keptForMs = 5_000
const waitAtMostMs = 2_500

/** All of it in one statement: a probe into two indexes for each service, and what PostgreSQL keeps count of anyway. */
async function findFigures(sql: Sql): Promise<DatabaseFigures> {
  const [figures] = await sql<DatabaseFigures[]>`
    select
      (
        select coalesce(greatest(0, max(date_part('epoch', now() - least(slot.at, waiting.at)))), 0)
        from service
        left join lateral (
          select scheduled_at as at
          from task
          where task.service_id = service.id and status = 'active' and not once_running
          order by scheduled_at, id
          limit 1
        ) slot on true
        left join lateral (
          select queued_for as at
          from task
          where task.service_id = service.id and queued_for is not null
          order by queued_for
          limit 1
        ) waiting on true
      ) as due_lag,
      (
        select coalesce(greatest(0, max(date_part('epoch', now() - xact_start))), 0)
        from pg_stat_activity
        where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()
      ) as oldest_transaction,
      (
        select coalesce(jsonb_object_agg(name, dead), '{}')
        from (
          select coalesce(parent.relname, own.relname) as name, sum(own.n_dead_tup) as dead
          from pg_stat_user_tables own
          left join pg_inherits on pg_inherits.inhrelid = own.relid
          left join pg_class parent on parent.oid = pg_inherits.inhparent
          where own.schemaname = current_schema()
          group by 1
        ) tables
      ) as dead_tuples`
  if (!figures) throw new Error('A select without from gave no row.')
  return figures
}

/**
 * The figures of the database, asked for at most once in 5 s however often somebody scrapes, and given up after 2.5 s.
 * @param sql a connection of its own, so that a scrape takes none from the API
 * @returns a function that gives undefined when the database does not answer, and never throws
 */
export function databaseFigures(sql: Sql): () => Promise<DatabaseFigures | undefined> {
  let asked = Number.NEGATIVE_INFINITY
  let answer: Promise<DatabaseFigures | undefined> = Promise.resolve(undefined)
  return () => {
    if (performance.now() - asked < keptForMs) return answer
    asked = performance.now()
    const { promise: late, resolve } = Promise.withResolvers<undefined>()
    const timer = setTimeout(() => resolve(undefined), waitAtMostMs)
    const found = findFigures(sql)
      .catch(() => undefined)
      .finally(() => clearTimeout(timer))
    answer = Promise.race([found, late])
    return answer
  }
}
