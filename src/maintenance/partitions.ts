import type { Sql } from '../database/sql.ts'

/** Days for which partitions are made ahead. */
const daysAhead = 7
const dayMs = 86_400_000
/** How long a partition may be, in days: as short as the number of partitions allows. */
const lengths = [1, 7, 28, 91]
/**
 * Partitions within a retention at most. A read of a task's history looks into each of them, and locks each with its
 * indexes: 400 of them cost 0.1 s, and from some 2,000 on the server has no room for the locks.
 */
const partitionsAtMost = 62
/**
 * Making or dropping a partition needs locks that no claim can be beside, and while it waits for them every claim waits
 * behind it: so it waits only so long.
 */
const lockTimeout = `set local lock_timeout = '100ms'`

/** Rows that are deleted at once, and how often in a round, where a partition cannot be dropped. */
const batch = 5_000
const batchesAtMost = 100

/** How long partitions are made for a retention, in days. */
export function partitionDays(retentionDays: number): number {
  return lengths.find((days) => retentionDays <= days * partitionsAtMost) ?? (lengths.at(-1) as number)
}

/**
 * Makes the partitions of `execution` for today and the coming days, and drops those that lie wholly before the
 * retention, and those of the past that are empty. What has expired in a partition of several days is deleted row by row.
 * Whichever replica comes first does it. A step gives up when it must wait for a lock, and the next round tries again;
 * none keeps the others from being done. Where the user may not drop a partition, its rows are deleted.
 * @returns what is missing where the database refused a step for want of a grant: statements that give it, or else the
 *   database's words; undefined when nothing was refused
 * @throws the first error of another kind, after all steps
 */
export async function maintainPartitions(sql: Sql, retentionDays: number): Promise<string | undefined> {
  const have = await listPartitions(sql)
  const [today] = await sql<{ day: string }[]>`select (now() at time zone 'UTC')::date::text as day`
  const start = Date.parse(`${today?.day}T00:00:00Z`)
  const steps = new Steps()
  const length = partitionDays(retentionDays) * dayMs
  for (let at = start; at <= start + daysAhead * dayMs; ) {
    const holder = have.find(({ from, to }) => from <= at && at < to && Number.isFinite(to))
    // Lengths are counted from 1970, so that all replicas come to the same ends.
    const end = holder?.to ?? Math.min((Math.floor(at / length) + 1) * length, ...laterStarts(have, at))
    let blocked = false
    const make = async () => {
      blocked = !(await createPartition(sql, dayOf(at), dayOf(end)))
    }
    if (!holder && (await steps.take(make)) === 'denied') break
    // Rows of this day lie in the default partition already; the coming days need not go there as well.
    at = blocked ? at + dayMs : end
  }
  const expiredAt = start - retentionDays * dayMs
  const expired = dayOf(expiredAt)
  for (const { name, from, to, is_empty } of have)
    if (to <= expiredAt) {
      if ((await steps.take(() => dropPartition(sql, name))) === 'denied')
        await steps.take(() => deleteExpired(sql, name, expired))
    } else if (is_empty && to <= start) await steps.take(() => dropEmpty(sql, name))
    else if (from < expiredAt) await steps.take(() => deleteExpired(sql, name, expired))
  const denied = steps.end()
  if (denied === undefined) return undefined
  const grants = await missingGrants(sql)
  return grants.length > 0 ? grants.join('; ') : denied
}

/** What this user lacks to make and drop partitions, as statements that give it. */
async function missingGrants(sql: Sql): Promise<string[]> {
  const [row] = await sql<{ owner: string | null; schema: string | null }[]>`
    select
      case when not pg_has_role(relowner, 'USAGE')
        then format('grant %I to %I', pg_get_userbyid(relowner), current_user)
      end as owner,
      case when not has_schema_privilege(relnamespace, 'CREATE')
        then format('grant create on schema %s to %I', relnamespace::regnamespace, current_user)
      end as schema
    from pg_class
    where oid = 'execution'::regclass`
  return [row?.owner, row?.schema].filter((grant) => typeof grant === 'string')
}

/** Does steps of which none depends on another one's success. */
class Steps {
  #denied: string | undefined
  readonly #failed: unknown[] = []

  async take(step: () => Promise<void>): Promise<'done' | 'denied' | 'failed'> {
    try {
      await step()
      return 'done'
    } catch (error) {
      const { code, message } = error as { code?: string; message: string }
      if (code !== '42501') {
        this.#failed.push(error)
        return 'failed'
      }
      this.#denied ??= message
      return 'denied'
    }
  }

  /** @returns what was denied first. @throws what failed first */
  end(): string | undefined {
    if (this.#failed.length > 0) throw this.#failed[0]
    return this.#denied
  }
}

const partitionName = (day: string) => `execution_${day.replaceAll('-', '_')}`

const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10)

interface Partition {
  readonly name: string
  /** In ms since 1970; without an end for the default one. */
  readonly from: number
  readonly to: number
  readonly is_empty: boolean
}

const laterStarts = (partitions: readonly Partition[], at: number) =>
  partitions.map(({ from }) => from).filter((from) => from > at)

/** All partitions in the order of their names; the default one begins before all times and holds none of today. */
async function listPartitions(sql: Sql): Promise<Partition[]> {
  const rows = await sql<{ name: string; bounds: string; is_empty: boolean }[]>`
    select
      child.relname as name, pg_get_expr(child.relpartbound, child.oid) as bounds, pg_relation_size(child.oid) = 0 as is_empty
    from pg_inherits
    join pg_class child on child.oid = inhrelid
    where inhparent = 'execution'::regclass
    order by child.relname`
  return rows.map(({ name, bounds, is_empty }) => {
    const [from, to] = [...bounds.matchAll(/'(.+?)'/g)].map(([, time = '']) =>
      Date.parse(time.replace(' ', 'T').replace(/\+00$/, 'Z')),
    )
    if (from === undefined || to === undefined)
      return { name, from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY, is_empty: false }
    return { name, from, to, is_empty }
  })
}

/**
 * The names are made of digits here, never of input: DDL takes no parameters.
 * @returns false when the default partition already holds rows of that time, and keeps them
 */
async function createPartition(sql: Sql, day: string, nextDay: string): Promise<boolean> {
  try {
    await sql.unsafe(`
      ${lockTimeout};
      create table ${partitionName(day)} partition of execution
      for values from ('${day} 00:00+00') to ('${nextDay} 00:00+00')
      with (fillfactor = 70, autovacuum_vacuum_insert_scale_factor = 0.1)`)
    return true
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === '23514') return false
    // Another replica made it, or one that overlaps.
    if (code === '42P07' || code === '42P17') return true
    throw error
  }
}

/** Drops a partition of the past, unless it has rows after all. */
async function dropEmpty(sql: Sql, name: string): Promise<void> {
  await sql.unsafe(`
    ${lockTimeout};
    do $$ begin
      lock table only execution, only ${name} in access exclusive mode;
      if pg_relation_size('${name}') = 0 then drop table ${name}; end if;
    end $$`)
}

async function dropPartition(sql: Sql, name: string): Promise<void> {
  await sql.unsafe(`${lockTimeout}; drop table if exists ${name}`)
}

async function deleteExpired(sql: Sql, name: string, day: string): Promise<void> {
  for (let round = 0; round < batchesAtMost; round++) {
    const { count } = await sql`
      delete from ${sql(name)}
      where ctid = any(array(
        select ctid
        from ${sql(name)}
        where created_at < ${`${day}T00:00:00Z`}
        limit ${batch}
      ))`
    if (count < batch) return
  }
}
