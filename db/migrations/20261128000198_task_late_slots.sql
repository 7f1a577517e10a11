-- migrate:up
-- Domains, as for task.retry: checked when they are written, and not at every run.
create domain task_late_limit as integer;
comment on domain task_late_limit is 'How late a slot may start, in seconds.';
create domain task_missed as text;
comment on domain task_missed is 'What becomes of slots that were missed: all (a run for each of the last 100), or none. The default, one run for all of them, is null.';

alter table task
  add column late_limit_seconds task_late_limit,
  add column missed task_missed;
comment on column task.late_limit_seconds is 'A slot that is later than this is skipped; null for no limit.';
comment on column task.missed is 'What becomes of missed slots: null, one late run for all; all, a run for each; none.';

alter domain task_late_limit add constraint task_late_limit_in_range check (value between 1 and 31536000) not valid;
alter domain task_missed add constraint task_missed_known check (value in ('all', 'none')) not valid;

-- migrate:down
alter table task drop column late_limit_seconds, drop column missed;
drop domain task_late_limit;
drop domain task_missed;
