-- migrate:up
alter table execution add column answer_dropped_at timestamptz;
comment on column execution.answer_dropped_at is 'When response and response_header were set to null because the answer was past its retention. Null if there was none, and while it is kept.';

create table execution_expired (
  partition text not null,
  successes_before timestamptz not null,
  answers_before timestamptz not null,
  constraint execution_expired_pkey primary key (partition)
);
comment on table execution_expired is 'What has been dropped of each partition of execution. A partition without a row still has everything.';
comment on column execution_expired.successes_before is 'It has no executions that ended as success or skipped and were created before.';
comment on column execution_expired.answers_before is 'It has no answers of executions that were created before.';

create table execution_rewrite (
  id uuid not null default gen_random_uuid(),
  kept text not null,
  sources text[] not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  in_place boolean not null,
  successes_before timestamptz not null,
  answers_before timestamptz not null,
  source integer not null default 1,
  page bigint not null default 0,
  constraint execution_rewrite_pkey primary key (kept),
  constraint execution_rewrite_has_source check (cardinality(sources) > 0)
);
comment on table execution_rewrite is 'Partitions of execution of which something is being dropped. Any replica goes on where the last one has stopped.';
comment on column execution_rewrite.kept is 'The table into which the rows that are kept are copied, which then takes the place of the partitions. The partition itself if in_place.';
comment on column execution_rewrite.sources is 'The partitions, in the order in which they are read.';
comment on column execution_rewrite.in_place is 'Whether rows are deleted and updated, and not copied.';
comment on column execution_rewrite.source is 'Which of the sources is being read, from 1. One more than there are: all have been read.';
comment on column execution_rewrite.page is 'The page of it that is read next.';

create table execution_change (
  source text not null,
  service_id uuid not null,
  task_id uuid not null,
  created_at timestamptz not null,
  id uuid not null
);
comment on table execution_change is 'Keys of executions that have changed in a partition since it is being copied, see execution_rewrite. They are copied last, while the partition is locked. Without a unique key, so that nobody waits for another.';

create function note_execution_change() returns trigger
language plpgsql
as $$
begin
  if tg_op = 'DELETE' then
    insert into execution_change (source, service_id, task_id, created_at, id)
    values (tg_table_name, old.service_id, old.task_id, old.created_at, old.id);
  else
    insert into execution_change (source, service_id, task_id, created_at, id)
    values (tg_table_name, new.service_id, new.task_id, new.created_at, new.id);
  end if;
  return null;
end
$$;
comment on function note_execution_change is 'Notes the keys of executions that change while their partition is being copied. Only such a partition has a trigger that calls it.';

-- migrate:down
drop function note_execution_change;
drop table execution_change;
drop table execution_rewrite;
drop table execution_expired;
alter table execution drop column answer_dropped_at;
