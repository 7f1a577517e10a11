import { restAfter } from '../background/rest.ts'
import type { Sql } from '../database/sql.ts'

/** Figures of the database. Every replica reports the same ones. */
export interface DatabaseFigures {
  /** How late the earliest due slot or queued execution is, in seconds; 0 when nothing is due. */
  readonly due_lag: number
  /** Age of the oldest transaction in this database, in seconds; 0 when there is none. */
  readonly oldest_transaction: number
  /** Open alerts by kind, of all services, muted ones too; counted up to `countedAlerts` in all. */
  readonly open_alerts: Readonly<Record<string, number>>
  /** Dead rows by table. Partitions are added to their parent. */
  readonly dead_tuples: Readonly<Record<string, number>>
}

/** Open alerts are counted up to this number. */
const countedAlerts = 100_000

/** For how long figures are reported again. */
const cacheRest = { factor: 500, leastMs: 5_000, mostMs: 30_000 } as const
const waitAtMostMs = 2_500

/** Reads all figures in one statement. It reads one row of two indexes per service, the index of
 * open alerts, and PostgreSQL's own statistics. */
async function findFigures(sql: Sql): Promise<DatabaseFigures> {
  const [figures] = await sql<DatabaseFigures[]>`
    /* duly:find_database_figures */
    select
      (
        select coalesce(greatest(0, max(date_part('epoch', now() - least(slot.at, queued.at)))), 0)
        from service
        left join lateral (
          select scheduled_at as at
          from task
          where task.service_id = service.id and status = 'active' and not once_running and limited_by is null
          order by scheduled_at, id
          limit 1
        ) slot on true
        left join lateral (
          select queued_for as at
          from task
          where task.service_id = service.id and queued_for is not null
          order by queued_for
          limit 1
        ) queued on true
      ) as due_lag,
      (
        select coalesce(greatest(0, max(date_part('epoch', now() - xact_start))), 0)
        from pg_stat_activity
        where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()
      ) as oldest_transaction,
      (
        select '{"failing": 0, "late": 0, "long": 0}'::jsonb || coalesce(jsonb_object_agg(kind, alerts), '{}')
        from (
          select kind, count(*) as alerts
          from (select kind from alert where closed_at is null limit ${countedAlerts}::integer) open
          group by kind
        ) kinds
      ) as open_alerts,
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
  if (!figures) throw new Error('A select without a from clause returned no row.')
  return figures
}

/**
 * Creates a function that returns the database's figures. It queries them at most once in 5 s, with many services once in up to
 * 30 s, and returns undefined when the database does not answer within 2.5 s. It never throws.
 * @param sql a pool for scrapes alone, so that they take no connection from the API
 */
export function databaseFigures(sql: Sql): () => Promise<DatabaseFigures | undefined> {
  let queryFrom = Number.NEGATIVE_INFINITY
  let cached: Promise<DatabaseFigures | undefined> = Promise.resolve(undefined)
  return () => {
    const began = performance.now()
    if (began < queryFrom) return cached
    queryFrom = began + cacheRest.leastMs
    const { promise: timeout, resolve } = Promise.withResolvers<undefined>()
    const timer = setTimeout(() => resolve(undefined), waitAtMostMs)
    const found = findFigures(sql)
      .catch(() => undefined)
      .finally(() => {
        clearTimeout(timer)
        queryFrom = began + restAfter(performance.now() - began, cacheRest)
      })
    cached = Promise.race([found, timeout])
    return cached
  }
}
