import { auditing } from '../../audit/entry.ts'
import { rows } from '../../database/rows.ts'
import type { Fragment, Sql } from '../../database/sql.ts'
import type { Caller } from '../../http/caller.ts'
import { type Once, unlessUsed } from '../../idempotency/key.ts'
import { enqueueRunNow, isBusy } from '../../transitions/enqueue.ts'
import type { RanAgain } from './run-again-model.ts'

/** A task with executions that match, and how many they are. */
export interface MatchedTask {
  readonly id: string
  readonly executions: number
}

/** What is stored and returned of an answer: the words of a reason are added to it. */
export type Outcome = Omit<RanAgain, 'left_out'> & { left_out: Omit<RanAgain['left_out'][number], 'message'>[] }

/** What was matched, of which an answer consists beside the tasks. */
export interface Matched {
  readonly tasks: readonly MatchedTask[]
  readonly executions: number
  /** RFC 3339. */
  readonly to: string
  /** Whether tasks that are not failing now are left out. */
  readonly onlyFailing: boolean
}

/** SQL: a CTE with the tasks that were matched, and whether each is left out because it is well. */
const wanted = (sql: Sql, serviceId: string, { tasks, onlyFailing }: Matched): Fragment => sql`
  wanted as materialized (
    select
      wanted.id,
      wanted.executions,
      ${
        onlyFailing
          ? sql`
            not exists (
              select
              from failing_task
              where failing_task.service_id = ${serviceId}
                and failing_task.task_id = wanted.id
            )`
          : sql`false`
      } as is_well
    from ${rows(sql, tasks, 'wanted', { id: 'uuid', executions: 'integer' })}
  )`

/** SQL condition for the tasks that are run, unless they are busy or deleted. */
const isWanted = (sql: Sql): Fragment => sql`id in (select id from wanted where not is_well)`

/** SQL: a CTE with the answer, from rows of `subject`, which has the tasks that there are. */
const answer = (sql: Sql, serviceId: string, { executions, to }: Matched): Fragment => sql`
  outcome as materialized (
    select
      wanted.id as task_id, wanted.executions, task.name as task_name, task.key as task_key, task.status as task_status,
      subject.execution_id,
      case
        when wanted.is_well and task.deleted_at is null and task.id is not null then 'well'
        when subject.id is null then 'deleted'
        when subject.is_busy then 'busy'
      end as reason
    from wanted
    left join subject on subject.id = wanted.id
    left join task
      on task.service_id = ${serviceId}
      and task.id = wanted.id
  ),
  answer as materialized (
    select jsonb_build_object(
      'executions', ${executions}::integer,
      'to', ${to}::text,
      'tasks', coalesce(
        jsonb_agg(
          jsonb_build_object(
            'task_id', task_id, 'executions', executions, 'task_name', task_name, 'task_key', task_key, 'task_status', task_status,
            'execution_id', execution_id
          )
          order by task_name, task_id
        ) filter (where reason is null),
        '[]'
      ),
      'left_out', coalesce(
        jsonb_agg(
          jsonb_build_object('task_id', task_id, 'executions', executions, 'task_name', task_name, 'reason', reason)
          order by task_name, task_id
        ) filter (where reason is not null),
        '[]'
      )
    ) as answer
    from outcome
  )`

/** Says which of the tasks could be run now. */
export async function planRunAgain(sql: Sql, serviceId: string, matched: Matched): Promise<Outcome> {
  const [row] = await sql<[{ answer: Outcome }]>`
    /* duly:plan_run_again */
    with ${wanted(sql, serviceId, matched)},
    subject as materialized (
      select id, ${isBusy(sql)} as is_busy, null::uuid as execution_id
      from task
      where service_id = ${serviceId}
        and ${isWanted(sql)}
        and deleted_at is null
    ),
    ${answer(sql, serviceId, matched)}
    select answer
    from answer`
  return row.answer
}

/**
 * Queues one execution of each task that is not busy, all or none. The audit says who asked, of each task.
 * @param once idempotency key to store with the answer, unless nothing is queued. When it was used within 24 hours, nothing is queued.
 * @returns undefined when the key was used, unless there was nothing to run either
 */
export async function queueRunAgain(
  sql: Sql,
  { serviceId, actor }: Caller,
  matched: Matched,
  once: Once | undefined,
): Promise<Outcome | undefined> {
  const isFirst = once === undefined ? sql`true` : sql`exists (select from taken)`
  const [row] = await sql<{ answer: Outcome }[]>`
    /* duly:queue_run_again */
    with ${wanted(sql, serviceId, matched)},
    ${enqueueRunNow(sql, serviceId, isWanted(sql), {
      guard: sql`, ${answer(sql, serviceId, matched)} ${once === undefined ? sql`` : takingKey(sql, serviceId, once)}`,
      condition: sql`and ${isFirst}`,
      columns: sql`execution.task_id, execution.id`,
    })},
    noted as (
      ${auditing(sql, actor(), sql`select subject.service_id, subject.id, subject.name, 'task_run', null::jsonb, jsonb_build_object('execution_id', queued.id), '{}'::text[] from subject join queued on queued.task_id = subject.id`)}
    )
    select answer
    from answer
    where ${isFirst}
      or not ${hasIdle(sql)}`
  return row?.answer
}

/** SQL: whether there is a task among the rows of `subject` that can be run. */
const hasIdle = (sql: Sql): Fragment => sql`exists (select from subject where not is_busy)`

/** CTE that stores an idempotency key with the answer. Returns no row when the key was used within 24 hours, or there is nothing to run. */
const takingKey = (sql: Sql, serviceId: string, { key, bodyHashes }: Once): Fragment => sql`
  , taken as (
    insert into idempotency_key (service_id, key, body_hash, answer)
    select ${serviceId}, ${key}, ${bodyHashes[0] as Buffer}, answer
    from answer
    where ${hasIdle(sql)}
    ${unlessUsed(sql)}
  )`
