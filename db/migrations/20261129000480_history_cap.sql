-- migrate:up
create table history_cap (
  only_row boolean not null default true,
  bytes bigint not null,
  counted_before timestamptz not null default '-infinity',
  page bigint not null default 0,
  constraint history_cap_pkey primary key (only_row),
  constraint history_cap_only_row check (only_row)
);
comment on table history_cap is 'How far TASK_HISTORY_BYTES has been applied. No row while it never was set.';
comment on column history_cap.bytes is 'The setting for which that holds.';
comment on column history_cap.counted_before is 'In the partitions before, the tasks with much have been found.';
comment on column history_cap.page is 'The page of the next partition that is read next.';

create table task_history_cut (
  service_id uuid not null,
  task_id uuid not null,
  is_counted boolean not null default false,
  is_dropped boolean not null default true,
  cut_at timestamptz not null default now(),
  successes_before timestamptz not null default '-infinity',
  failures_before timestamptz not null default '-infinity',
  answers_before timestamptz not null default '-infinity',
  failed_answers_before timestamptz not null default '-infinity',
  constraint task_history_cut_pkey primary key (service_id, task_id)
);
comment on table task_history_cut is 'Tasks that had much in a day, and before which times they keep nothing of a kind because all together was more than TASK_HISTORY_BYTES. References no task, so that none is locked for it; rows of tasks that are gone are deleted.';
comment on column task_history_cut.is_counted is 'Whether what the task has was counted since.';
comment on column task_history_cut.is_dropped is 'Whether what is before these times has been dropped.';
comment on column task_history_cut.cut_at is 'When these times were last changed.';
comment on column task_history_cut.successes_before is 'Before which it keeps no executions that ended as success or skipped.';
comment on column task_history_cut.failures_before is 'The same for failed ones.';
comment on column task_history_cut.answers_before is 'The same for answers of executions that ended as success or skipped.';
comment on column task_history_cut.failed_answers_before is 'The same for answers of failed ones.';

-- migrate:down
drop table task_history_cut;
drop table history_cap;
