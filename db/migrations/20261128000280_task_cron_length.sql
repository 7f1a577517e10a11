-- migrate:up
-- Several patterns in one task need more than 200 characters.
alter table task drop constraint task_cron_length;
alter table task add constraint task_cron_length check (char_length(cron) between 9 and 1000) not valid;
comment on column task.cron is 'One to ten cron patterns, separated by semicolons, read in time_zone (docs/patterns.md). A task has this, or frequency and unit, or neither: then it runs once.';

-- migrate:down
alter table task drop constraint task_cron_length;
alter table task add constraint task_cron_length check (char_length(cron) between 9 and 200) not valid;
alter table task validate constraint task_cron_length;
comment on column task.cron is 'Five fields, read in time_zone. A task has this, or frequency and unit, or neither: then it runs once.';
