import type { Fragment, Sql } from '../src/database/sql.ts'

/** The token of every service that the bench creates. */
export const token = 'bench-token'

export interface Seed {
  readonly count: number
  /** The tasks are assigned to these in turn. */
  readonly urls: readonly string[]
  readonly services: readonly string[]
  /** SQL for the time at which task `n` (from 1) is due. */
  readonly at: Fragment
  /** The number of existing tasks, after which the ids of the new ones start. */
  readonly existing?: number
}

/** Creates services and returns their ids. */
export async function seedServices(sql: Sql, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => Bun.randomUUIDv7())
  await sql`
    insert into service (id, name, token_hash)
    select id, 'bench', sha256(${token}::text::bytea)
    from unnest(${ids}::uuid[]) as id`
  return ids
}

/**
 * Creates daily tasks, so that none comes due a second time while the bench runs. Their ids are UUIDv7 in the order of
 * creation, like those of the service. Vacuums and analyzes the table, so that no measurement pays for it.
 */
export async function seedTasks(sql: Sql, { count, urls, services, at, existing = 0 }: Seed): Promise<void> {
  await sql`
    insert into task (service_id, id, name, url, method, scheduled_at, frequency, unit)
    select
      (${services}::uuid[])[1 + n % ${services.length}],
      (
        lpad(to_hex(1790000000000 + (n + ${existing}) / 1000), 12, '0') || '7' || lpad(to_hex((n + ${existing}) % 1000), 3, '0')
        || '8' || substr(md5(n::text), 1, 15)
      )::uuid,
      'task ' || n, (${urls}::text[])[1 + n % ${urls.length}], 'GET', ${at}, 1, 'day'
    from generate_series(1, ${count}::integer) as n`
  await sql`vacuum analyze task`
}

/** Due for a minute, one microsecond apart. */
export const overdue = (sql: Sql) => sql`now() - interval '1 minute' + n * interval '1 microsecond'`

/** Due in a month, one millisecond apart. */
export const farAhead = (sql: Sql) => sql`now() + interval '30 days' + n * interval '1 millisecond'`

/** Due one after another, `perSecond` of them a second, at whole milliseconds: the precision of a target's clock. */
export const steadily = (sql: Sql, leadSeconds: number, perSecond: number) =>
  sql`date_trunc('second', now()) + make_interval(secs => ${leadSeconds}) + n * interval '1 ms' * ${1000 / perSecond}::float8`

/** Puts all tasks into a flow that exists. */
export async function putIntoFlow(sql: Sql, flow: string): Promise<void> {
  await sql`update task set flow = ${flow}`
  await sql`vacuum analyze task`
}

/** Creates a service with due tasks that call `url`, and returns its id. */
export async function seedDue(sql: Sql, count: number, url: string): Promise<string> {
  const services = await seedServices(sql, 1)
  await seedTasks(sql, { count, urls: [url], services, at: overdue(sql) })
  return services[0] ?? ''
}
