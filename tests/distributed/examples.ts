/** For each rule a statement that breaks it, and one with the same purpose that does not. */
export const examples: Readonly<Record<string, { readonly breaks: string; readonly keeps: string }>> = {
  'unnamed table beside a write': {
    breaks: 'update task set status = $2 where id = $1',
    keeps: `update task set status = $2 from flow
      where task.service_id = flow.service_id and flow.service_id = any($1::uuid[]) and task.flow = flow.name`,
  },
  'table named by rows beside a write': {
    breaks: `update task set version = 1 from unnest($1::uuid[], $2::uuid[]) as given (service_id, id)
      where task.service_id = given.service_id and task.id = given.id`,
    keeps: `update task set version = 1 from unnest($2::uuid[]) as given (id) where task.service_id = $1 and task.id = given.id`,
  },
  'lock on an unnamed table': {
    breaks: 'select id from task where scheduled_at < now() for update skip locked',
    keeps: 'select id from task where service_id = $1 and scheduled_at < now() for update skip locked',
  },
  'recursive CTE over an unnamed table': {
    breaks: `with recursive found as (
      (select service_id from task order by service_id limit 1)
      union all
      select (select service_id from task where service_id > found.service_id limit 1) from found
    ) select service_id from found`,
    keeps: `with recursive found as (
      select queued_id from task where service_id = $1 and id = $2
      union all
      select task.queued_id from found join task on task.service_id = $1 and task.id = found.queued_id
    ) select queued_id from found`,
  },
  'lateral subquery with a limit over an unnamed table': {
    breaks: `select task.id from unnest($1::uuid[]) as wanted (id)
      cross join lateral (select id from task where task.service_id = wanted.id order by scheduled_at limit 1) task`,
    keeps: `select task.id from unnest($2::uuid[]) as wanted (id)
      cross join lateral (select id from task where task.service_id = $1 and task.id = wanted.id limit 1) task`,
  },
  'correlated subquery over an unnamed table': {
    breaks: `with page as (select service_id, id from task where service_id = $1)
      select id, (select max(created_at) from execution where execution.service_id = page.service_id and task_id = page.id)
      from page`,
    keeps: `with page as (select service_id, id from task where service_id = $1)
      select id, (select max(created_at) from execution where execution.service_id = $1 and task_id = page.id) from page`,
  },
  'insert in a CTE': {
    breaks: `with audited as (insert into audit (service_id, action) values ($1, 'task_updated'))
      update task set version = 1 where service_id = $1 and id = $2`,
    keeps: `with changed as (update task set version = 1 where service_id = $1 and id = $2 returning service_id)
      insert into audit (service_id, action) select $1, 'task_updated' from changed`,
  },
  'volatile function in a CTE or a select of a write': {
    breaks:
      'insert into execution (service_id, task_id, id) select $1, id, gen_random_uuid() from task where service_id = $1',
    keeps: 'insert into execution (service_id, task_id, id) select $1, id, $2::uuid from task where service_id = $1',
  },
  ctid: {
    breaks: 'delete from wake where ctid = any(array(select ctid from wake where service_id = $1))',
    keeps: 'delete from wake where service_id = $1',
  },
  tableoid: {
    breaks: 'select tableoid::regclass::text as partition from execution where service_id = $1',
    keeps: 'select created_at from execution where service_id = $1',
  },
  'simple case': {
    breaks: `select case unit when 'day' then 1 end from task where service_id = $1`,
    keeps: `select case when unit = 'day' then 1 end from task where service_id = $1`,
  },
  'mutable function in case or coalesce of a write': {
    breaks: 'update task set scheduled_at = coalesce($2, now()) where service_id = $1',
    keeps: `with clock as materialized (select now() as at)
      update task set scheduled_at = coalesce($2, clock.at) from clock where service_id = $1`,
  },
  'mutable function in returning': {
    breaks: `delete from task where service_id = $1 returning scheduled_at + interval '1 day'`,
    keeps: 'delete from task where service_id = $1 returning scheduled_at',
  },
  'mutable function in on conflict': {
    breaks: `insert into idempotency_key (service_id, key) values ($1, $2)
      on conflict (service_id, key) do update set created_at = now()`,
    keeps: `insert into idempotency_key (service_id, key, created_at) values ($1, $2, now())
      on conflict (service_id, key) do update set created_at = excluded.created_at`,
  },
  'function of a session or of a transaction': {
    breaks: 'select service_id from wake where xid >= pg_snapshot_xmin(pg_current_snapshot())',
    keeps: 'select service_id from wake',
  },
  'write to a reference table beside a distributed one': {
    breaks: 'delete from replica where id = $1 and not exists (select from execution where service_id = $2)',
    keeps: 'delete from replica where id = $1',
  },
  'table of the coordinator beside a distributed one': {
    breaks: `select id from execution join execution_expired on partition = 'execution_default' where service_id = $1`,
    keeps: 'select partition from execution_expired',
  },
}
