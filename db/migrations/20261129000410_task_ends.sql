-- migrate:up
-- Domains, and not checks of the table: see the migration of task_retry.
create domain task_max_runs as integer;
comment on domain task_max_runs is 'How many slots of a task are run in all.';
create domain task_runs_left as integer;
comment on domain task_runs_left is 'How many slots of a task are still to be run.';

alter table task
  add column ends_at timestamptz,
  add column max_runs task_max_runs,
  add column runs_left task_runs_left;
comment on column task.ends_at is 'The last slot of a task that repeats is the last one that is not later than this; null for no end.';
comment on column task.max_runs is 'How many slots of a task that repeats are run in all; null for no limit.';
comment on column task.runs_left is 'How many slots are still to be run. Null unless max_runs is given.';

alter domain task_max_runs add constraint task_max_runs_in_range check (value between 1 and 1000000) not valid;
alter domain task_runs_left add constraint task_runs_left_not_negative check (value >= 0) not valid;

-- migrate:down
alter table task drop column ends_at, drop column max_runs, drop column runs_left;
drop domain task_max_runs;
drop domain task_runs_left;
