import type { Sql } from '../database/connect.ts'

/** Days for which partitions are made ahead. */
const daysAhead = 7
/**
 * Making or dropping a partition needs locks that no claim can be beside, and while it waits for them every claim waits
 * behind it: so it waits only so long.
 */
const lockTimeout = `set local lock_timeout = '100ms'`

/** Rows that are deleted at once, and how often in a round, where a partition cannot be dropped. */
const batch = 5_000
const batchesAtMost = 100

/**
 * Makes the partitions of `execution` for today and the coming days, and drops those that lie wholly before the
 * retention. Whichever replica comes first does it. A step gives up when it must wait for a lock, and the next round
 * tries again; none keeps the others from being done. Where the user may not drop a partition, its rows are deleted.
 * @returns what is missing where the database refused a step for want of a grant: statements that give it, or else the
 *   database's words; undefined when nothing was refused
 * @throws the first error of another kind, after all steps
 */
export async function maintainPartitions(sql: Sql, retentionDays: number): Promise<string | undefined> {
  const have = await listPartitions(sql)
  const [today] = await sql<{ day: string }[]>`select (now() at time zone 'UTC')::date::text as day`
  const start = Date.parse(`${today?.day}T00:00:00Z`)
  const dayAt = (offset: number) => new Date(start + offset * 86_400_000).toISOString().slice(0, 10)
  const steps = new Steps()
  for (let offset = 0; offset <= daysAhead; offset++) {
    const day = dayAt(offset)
    if (have.has(partitionName(day))) continue
    if ((await steps.take(() => createPartition(sql, day, dayAt(offset + 1)))) === 'denied') break
  }
  const expired = dayAt(-retentionDays)
  const oldest = partitionName(expired)
  for (const name of [...have].sort())
    if (name === 'execution_default') await steps.take(() => deleteExpired(sql, name, expired))
    else if (name < oldest && (await steps.take(() => dropPartition(sql, name))) === 'denied')
      await steps.take(() => deleteExpired(sql, name, expired))
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

async function listPartitions(sql: Sql): Promise<Set<string>> {
  const rows = await sql<{ name: string }[]>`
    select child.relname as name
    from pg_inherits
    join pg_class child on child.oid = inhrelid
    where inhparent = 'execution'::regclass`
  return new Set(rows.map((row) => row.name))
}

/** The names are made of digits here, never of input: DDL takes no parameters. */
async function createPartition(sql: Sql, day: string, nextDay: string): Promise<void> {
  try {
    await sql.unsafe(`
      ${lockTimeout};
      create table ${partitionName(day)} partition of execution
      for values from ('${day} 00:00+00') to ('${nextDay} 00:00+00')
      with (fillfactor = 70, autovacuum_vacuum_insert_scale_factor = 0.1)`)
  } catch (error) {
    // 42P07: another replica made it; 23514: the default partition already holds rows of that day, and keeps them.
    if (!['42P07', '23514'].includes((error as { code?: string }).code ?? '')) throw error
  }
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
