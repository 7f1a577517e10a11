import type { Fragment, Sql } from '../database/sql.ts'
import { isFull, limitsInWords } from '../flows/words.ts'
import { isInLine, isSlotDue } from '../transitions/predicates.ts'

/** The most due tasks of one flow that are looked at, the oldest first: a flow with a long line tells little by more of them. */
const ofFlow = 100

/** A task that waits in a line, and how many due slots are before it there. */
const waiting = (sql: Sql, isIn: Fragment, dueBefore: Fragment, limit: number) => sql`
  select
    task.service_id, task.id, task.name, task.target, task.labels, task.scheduled_at, task.updated_at, task.cron,
    task.time_zone, task.queued_for, task.queued_running, task.current_created_at, task.current_execution_id,
    row_number() over (order by task.scheduled_at, task.id) - 1 as before
  from task
  where task.service_id = asked.service_id
    and ${isSlotDue(sql, dueBefore)}
    and ${isIn}
  order by task.scheduled_at, task.id
  limit ${limit}::integer`

/**
 * SQL for the oldest due slots of a service: those of tasks that no flow limits, and those of each flow, with what the flow is.
 * @param dueBefore only slots that were due before this time
 * @param limit the most that are looked at, without flows and of all flows
 */
export const dueInLines = (sql: Sql, serviceId: string, dueBefore: Fragment, limit: number) => sql`
  (
    select slot.*, null::text as flow, ''::text as flow_limits, false as flow_is_paused, false as flow_is_full
    from (select ${serviceId}::uuid as service_id) as asked
    cross join lateral (${waiting(sql, isInLine(sql), dueBefore, limit)}) slot
  )
  union all
  (
    select
      slot.*, asked.flow, asked.flow_limits, asked.flow_is_paused, asked.flow_is_full
    from (
      select
        flow.service_id, flow.name as flow, ${limitsInWords(sql)} as flow_limits, flow.paused_at is not null as flow_is_paused,
        ${isFull(sql)} as flow_is_full
      from flow
      where flow.service_id = ${serviceId}
    ) as asked
    cross join lateral (${waiting(sql, isInLine(sql, sql`asked.flow`), dueBefore, ofFlow)}) slot
    order by slot.scheduled_at, slot.id
    limit ${limit}::integer
  )`

/** SQL for the services with a slot outside flows that has been due before a time. One index probe for each service. */
export const servicesDue = (sql: Sql, dueBefore: Fragment) => sql`
  select service.id as service_id
  from service
  cross join lateral (
    select
    from task
    where task.service_id = service.id
      and ${isSlotDue(sql, dueBefore)}
      and ${isInLine(sql)}
    order by task.scheduled_at, task.id
    limit 1
  ) due`

/** SQL for the services with a slot in a flow that has been due before a time. One index probe for each flow. */
export const servicesDueInFlows = (sql: Sql, dueBefore: Fragment) => sql`
  select distinct flow.service_id
  from flow
  cross join lateral (
    select
    from task
    where task.service_id = flow.service_id
      and ${isSlotDue(sql, dueBefore)}
      and ${isInLine(sql, sql`flow.name`)}
    order by task.scheduled_at, task.id
    limit 1
  ) due`

/** SQL for `3 before it`; null when none is. */
const before = (sql: Sql) => sql`case when waiting.before > 0 then waiting.before || ' before it' end`

/** SQL for what a row of `waiting` waits for in its flow: clauses for the alert. */
export const waitsForFlow = (sql: Sql) => sql`
  concat_ws(
    ', ',
    'it waits for the flow ' || waiting.flow || case when waiting.flow_limits <> '' then ' (' || waiting.flow_limits || ')' else '' end,
    case when waiting.flow_is_paused then 'which is paused' end,
    ${before(sql)}
  )`

/** Whether the text of an alert says, in the words of `waitsForFlow`, that its task waits for a flow. */
export const saysItWaitsFor = (text: string, flow: string): boolean =>
  // A name has no spaces, and may be a part of another one.
  [' ', ', '].some((end) => `${text} `.includes(`it waits for the flow ${flow}${end}`))

/** SQL for what a row of `waiting` waits for that no flow limits, when late slots of its service have a limit. */
export const waitsForCatchUp = (sql: Sql) => sql`
  concat_ws(', ', 'late slots of the service start at most ' || catch_up.per_second || ' times a second', ${before(sql)})`
