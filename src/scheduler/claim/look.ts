import type { Sql } from '../../database/sql.ts'
import { claimValidSeconds } from '../../transitions/claim-fence.ts'
import { isDueCron } from '../../transitions/cron-times.ts'

export interface DueService {
  service_id: string
  /** Milliseconds until its earliest slot, negative when it is late; null when none comes within the horizon. */
  slot_in_ms: number | null
  /** The same for the earliest execution that waits. */
  queued_in_ms: number | null
  /** Whether a slot of a cron schedule is due. */
  has_due_cron: boolean
  /** Until when what is seen here may be claimed: a claim that is delivered later must take nothing. */
  claim_until: string
}

/** The services with something due within `horizonSeconds`: one probe into two indexes for each service, and a third for those with something due. */
export async function listDueServices(sql: Sql, horizonSeconds: number): Promise<DueService[]> {
  return sql<DueService[]>`
    select
      service.id as service_id,
      date_part('epoch', slot.at - now()) * 1000 as slot_in_ms,
      date_part('epoch', waiting.at - now()) * 1000 as queued_in_ms,
      exists (
        select from task
        where task.service_id = service.id
          and ${isDueCron(sql)}
      ) as has_due_cron,
      now() + make_interval(secs => ${claimValidSeconds}) as claim_until
    from service
    left join lateral (
      select scheduled_at as at
      from task
      where task.service_id = service.id
        and status = 'active'
        and not once_running
        and scheduled_at <= now() + make_interval(secs => ${horizonSeconds})
      order by scheduled_at, id
      limit 1
    ) slot on true
    left join lateral (
      select queued_for as at
      from task
      where task.service_id = service.id
        and queued_for <= now() + make_interval(secs => ${horizonSeconds})
      order by queued_for
      limit 1
    ) waiting on true
    where slot.at is not null
      or waiting.at is not null`
}
