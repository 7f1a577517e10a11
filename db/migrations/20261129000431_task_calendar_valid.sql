-- migrate:up
alter table task validate constraint task_calendar_needs_cron;
alter table task validate constraint task_calendar_fkey;

-- migrate:down
