-- migrate:up
alter table task add column paused_until timestamptz;
comment on column task.paused_until is 'When a paused task is set active again by itself; null for no such time, and for a task that is not paused.';

-- For the loop that looks for pauses that are over.
create index task_paused_until_idx on task (paused_until) where paused_until is not null;

-- migrate:down
drop index task_paused_until_idx;
alter table task drop column paused_until;
