import type { Sql } from '../database/connect.ts'

/** Days for which partitions are made ahead. */
const daysAhead = 7
/**
 * Making or dropping a partition needs locks that no claim can be beside, and while it waits for them every claim waits
 * behind it: so it waits only so long.
 */
const lockTimeout = `set local lock_timeout = '100ms'`

/**
 * Makes the partitions of `execution` for today and the coming days, and drops those that lie wholly before the
 * retention. Whichever replica comes first does it. A step gives up when it must wait for a lock, and the next round
 * tries again.
 */
export async function maintainPartitions(sql: Sql, retentionDays: number): Promise<void> {
  const have = await listPartitions(sql)
  const [today] = await sql<{ day: string }[]>`select (now() at time zone 'UTC')::date::text as day`
  const start = Date.parse(`${today?.day}T00:00:00Z`)
  const dayAt = (offset: number) => new Date(start + offset * 86_400_000).toISOString().slice(0, 10)
  for (let offset = 0; offset <= daysAhead; offset++) {
    const day = dayAt(offset)
    if (!have.has(partitionName(day))) await createPartition(sql, day, dayAt(offset + 1))
  }
  const oldest = partitionName(dayAt(-retentionDays))
  for (const name of have) if (name < oldest && name !== 'execution_default') await dropPartition(sql, name)
  await deleteExpiredDefaults(sql, dayAt(-retentionDays))
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

async function deleteExpiredDefaults(sql: Sql, day: string): Promise<void> {
  await sql`
    delete from execution_default
    where created_at < ${`${day}T00:00:00Z`}`
}
