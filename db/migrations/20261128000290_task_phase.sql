-- migrate:up
-- A domain, as for task.missed. The tasks that exist keep what they have: the default is there while the column is added, which
-- writes no row, and dropped at once. Tasks made from now on have null, keep.
create domain task_phase as text;
comment on domain task_phase is 'What an interval does after a slot that started late: restart counts from then. The default, keep, is null.';

alter table task add column phase task_phase default 'restart';
alter table task alter column phase drop default;
comment on column task.phase is 'After a late slot of an interval: null, the next slot is the first one on its own grid; restart, one interval from then.';

alter domain task_phase add constraint task_phase_known check (value = 'restart') not valid;

-- migrate:down
alter table task drop column phase;
drop domain task_phase;
