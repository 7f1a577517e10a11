import type { Sql } from '../src/database/sql.ts'
import { readStat } from './process.ts'

/** Returns the CPU time that the sessions of each of Duly's pools have used so far in PostgreSQL, in ms, by the pool's name. */
export async function poolCpuMs(sql: Sql): Promise<Map<string, number>> {
  const sessions = await sql<{ pool: string; pid: number }[]>`
    select substr(application_name, 6) as pool, pid
    from pg_stat_activity
    where datname = current_database()
      and application_name like 'duly %'
      and application_name <> 'duly bench'`
  const used = new Map<string, number>()
  for (const { pool, pid } of sessions) used.set(pool, (used.get(pool) ?? 0) + (readStat(pid)?.cpuMs ?? 0))
  return used
}
