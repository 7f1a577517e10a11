import { server } from '../audit/actor.ts'
import { auditing } from '../audit/entry.ts'
import { rfc3339 } from '../database/rfc3339.ts'
import type { Sql } from '../database/sql.ts'
import { type PauseEnd, resuming } from '../transitions/resume.ts'

/**
 * Ends the pauses of tasks that are over by now, in one statement; the audit names the server. Several replicas may do it at
 * once: each task is changed by one of them.
 * @returns how many tasks were changed
 */
export async function resumeDue(sql: Sql, ends: readonly PauseEnd[]): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    /* duly:resume_tasks */
    with ${resuming(sql, ends)}, audited as (
      ${auditing(
        sql,
        server,
        sql`
          select
            service_id, id, name, 'task_updated',
            jsonb_build_object('status', 'paused', 'paused_until', ${rfc3339(sql, sql`paused_until`)}),
            jsonb_build_object('status', status, 'paused_until', null), '{}'::text[]
          from resumed
          where was_paused`,
      )}
    )
    select count(*)::integer as count
    from resumed`
  return row?.count ?? 0
}
