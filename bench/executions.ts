import type { Scratch } from './database.ts'

/**
 * What a drain of Duly asks of the database.
 * @param tasks how many tasks are drained in all
 */
export const outcomesOf = ({ sql }: Pick<Scratch, 'sql'>, tasks: number) => ({
  /** Returns how many executions are not recorded as a success yet. @throws if one has failed */
  async remaining(): Promise<number> {
    const [row] = await sql<{ done: number; failed: number; error: string | null }[]>`
      select
        count(*) filter (where status = 'success')::int as done, count(*) filter (where status = 'failed')::int as failed,
        min(error) filter (where status = 'failed') as error
      from execution`
    if (row && row.failed > 0) throw new Error(`${row.failed} of ${tasks} executions failed, one with "${row.error}".`)
    return tasks - (row?.done ?? 0)
  },
  /** Returns the error of an execution that has failed, if there is one. Reads no executions while none has. */
  async failure(): Promise<string | undefined> {
    const [row] = await sql<{ error: string }[]>`
      select coalesce(error, status_code::text) as error
      from execution
      where status = 'failed'
        and (exists (select from failing_pending) or exists (select from failing_task))
      limit 1`
    return row?.error
  },
})
