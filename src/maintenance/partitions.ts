import type { Sql } from '../database/sql.ts'
import { listHeld } from './held-partitions.ts'
import { partitionDays } from './partition-length.ts'
import { dayOf, lockTimeout, partitionName } from './partition-names.ts'
import { dayMs, type Period } from './retention.ts'

/** How far ahead partitions are made, in days. */
const daysAhead = 7
/** Rows deleted in one statement, and statements in one round, where a partition cannot be dropped. */
const batch = 5_000
const batchesAtMost = 100

/**
 * Creates the partitions of `execution` for today and the coming days, and drops expired ones and past ones that are empty.
 * In a partition of several days, and in one that the user may not drop, expired rows are deleted instead. The steps are
 * independent: one that cannot get its lock is tried again in the next round. Any number of replicas may do this at once.
 * @param retentionDays by which the length of new partitions is chosen
 * @param longestDays after which everything is dropped
 * @returns undefined, unless the user lacks a privilege for a step: then the missing grants as statements, or the database's
 *   message if they are not known
 * @throws the first error of another kind, after all steps
 */
export async function maintainPartitions(
  sql: Sql,
  retentionDays: number,
  longestDays = retentionDays,
): Promise<string | undefined> {
  const { partitions: have, startMs: start } = await listHeld(sql)
  const steps = new Steps()
  const length = partitionDays(retentionDays) * dayMs
  for (let at = start; at <= start + daysAhead * dayMs; ) {
    const holder = have.find(({ from, to }) => from <= at && at < to && Number.isFinite(to))
    // Periods are counted from 1970, so that all replicas agree on their ends.
    const end = holder?.to ?? Math.min((Math.floor(at / length) + 1) * length, ...laterStarts(have, at))
    let blocked = false
    const make = async () => {
      blocked = !(await createPartition(sql, dayOf(at), dayOf(end)))
    }
    if (!holder && (await steps.take(make)) === 'denied') break
    // The default partition has rows of this day already; partitions for the following days can still be made.
    at = blocked ? at + dayMs : end
  }
  const expiredAt = start - longestDays * dayMs
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

/** The privileges that this user lacks to make and drop partitions, as grant statements. */
export async function missingGrants(sql: Sql): Promise<string[]> {
  const [row] = await sql<{ owner: string | null; schema: string | null }[]>`
    /* duly:find_missing_grants */
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

/** Runs steps that do not depend on each other's success. */
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

  /**
   * @returns the message of the first step that was denied, if one was
   * @throws the error of the first step that failed otherwise
   */
  end(): string | undefined {
    if (this.#failed.length > 0) throw this.#failed[0]
    return this.#denied
  }
}

const laterStarts = (partitions: readonly Period[], at: number) =>
  partitions.map(({ from }) => from).filter((from) => from > at)

/**
 * How full of new executions a page gets, in percent. Closing an execution writes a second version of its row. With an answer
 * of some bytes both fit into one page, and no index entry is written. With 70 % more than half of the executions of a drain
 * got an entry for their second version, which cost PostgreSQL 2 to 3 µs an execution.
 */
const fillfactor = 45

/**
 * Makes a partition from `day` to `nextDay`. DDL takes no parameters: both are dates computed here, never input.
 * @returns false when the default partition already has rows of that time, which stay there
 */
async function createPartition(sql: Sql, day: string, nextDay: string): Promise<boolean> {
  try {
    await sql.unsafe(`
      ${lockTimeout};
      create table ${partitionName(day)} partition of execution
      for values from ('${day} 00:00+00') to ('${nextDay} 00:00+00')
      with (fillfactor = ${fillfactor}, autovacuum_vacuum_insert_scale_factor = 0.1)`)
    return true
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === '23514') return false
    // Another replica has made it, or one that overlaps it.
    if (code === '42P07' || code === '42P17') return true
    throw error
  }
}

/** Drops a past partition, unless it has got rows meanwhile. */
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
      /* duly:delete_expired_executions */
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
