import { rfc3339 } from '../database/rfc3339.ts'
import type { Fragment, Sql } from '../database/sql.ts'
import { isFull, limitsInWords } from '../flows/words.ts'
import type { ChangeBy } from './queries.ts'

/** A flow as it is now, and its last pause before a time. */
export interface FlowThen {
  /** Its limits, such as `2 at once`; '' for none. */
  readonly limits: string
  /** Whether it lets no call start now, because as many as it may have go on, or by its rate. */
  readonly is_full: boolean
  /** Null if it was not paused before that time, as far as that is on record. */
  readonly paused_at: string | null
  /** The change that paused it; null if that is not on record any more. */
  readonly change: ChangeBy | null
  /** Null while the pause goes on. */
  readonly resumed_at: string | null
}

/** Finds a flow, and its last pause before a time (RFC 3339 in UTC); undefined when there is no such flow. */
export async function findFlowThen(
  sql: Sql,
  serviceId: string,
  name: string,
  until: string,
): Promise<FlowThen | undefined> {
  const settings = (at: Fragment) => sql`
    select at, json_build_object(
        'id', id, 'at', ${rfc3339(sql, sql`at`)}, 'action', action, 'actor', actor, 'principal', principal,
        'address', host(address)
      ) as entry
    from audit
    where service_id = ${serviceId}
      and task_id is null
      and name = flow.name
      and ${at}`
  const [row] = await sql<FlowThen[]>`
    /* duly:find_flow_to_explain */
    select
      ${limitsInWords(sql)} as limits, ${isFull(sql)} as is_full, pause.entry as change,
      coalesce(pause.at, case when flow.paused_at < ${until}::text::timestamptz then flow.paused_at end) as paused_at,
      resumed.at as resumed_at
    from flow
    left join lateral (
      ${settings(sql`
        at < ${until}::text::timestamptz
        and action = 'flow_set'
        and after ->> 'paused' = 'true'
        -- A change of something else while it was paused did not pause it.
        and before ->> 'paused' is distinct from 'true'`)}
      order by at desc, id desc
      limit 1
    ) pause on true
    left join lateral (
      ${settings(sql`
        at > pause.at
        and (action = 'flow_deleted' or (action = 'flow_set' and after ->> 'paused' = 'false'))`)}
      order by at, id
      limit 1
    ) resumed on true
    where flow.service_id = ${serviceId}
      and flow.name = ${name}`
  return row
}
