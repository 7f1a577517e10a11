-- migrate:up
-- The foreign key looked up and locked the task for each row: 6 of the 44 µs that PostgreSQL spent on a call. Every statement
-- that inserts executions holds the locks of their tasks already, so one look at all its rows suffices. Without the foreign
-- key, making a partition no longer locks task.
alter table execution drop constraint execution_task_fkey;

create function refuse_execution_without_task() returns trigger
language plpgsql
-- Plans are kept for as long as a session lasts. One made while task was small must not read all of it later.
set enable_seqscan = off
as $$
begin
  -- A subquery and not a join, so that each task is looked up by its key.
  if exists (
    select
    from inserted
    where (select true from task where task.service_id = inserted.service_id and task.id = inserted.task_id) is null
  ) then
    raise foreign_key_violation using
      message = 'an execution names a task that does not exist',
      table = 'execution',
      constraint = 'execution_task_fkey';
  end if;
  return null;
end
$$;

create function refuse_task_with_executions() returns trigger
language plpgsql
set enable_seqscan = off
as $$
begin
  if exists (select from execution where execution.service_id = old.service_id and execution.task_id = old.id) then
    raise foreign_key_violation using
      message = 'the task has executions',
      table = 'task',
      constraint = 'execution_task_fkey';
  end if;
  return null;
end
$$;

create trigger execution_task_fkey after insert on execution
referencing new table as inserted
for each statement execute function refuse_execution_without_task();

-- Not before: with a trigger before updates, every update would work out task.target anew.
create trigger execution_task_fkey after delete or update of service_id, id on task
for each row execute function refuse_task_with_executions();

comment on function refuse_execution_without_task() is 'Stands in for a foreign key from execution to task, with one look for all rows of a statement. It locks no task, as a foreign key would: statements that insert executions lock their tasks. It sees inserts into execution, not inserts into one of its partitions and not updates of a key: either would cost every call, and no statement does it.';
comment on function refuse_task_with_executions() is 'The other side: a task with executions stays, under its key.';

-- migrate:down
drop trigger execution_task_fkey on task;
drop trigger execution_task_fkey on execution;
drop function refuse_task_with_executions();
drop function refuse_execution_without_task();
alter table execution add constraint execution_task_fkey foreign key (service_id, task_id) references task (service_id, id);
