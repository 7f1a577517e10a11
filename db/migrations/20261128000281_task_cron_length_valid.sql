-- migrate:up
-- In a migration of its own: rows are checked while tasks are read and written.
alter table task validate constraint task_cron_length;

-- migrate:down
select 1;
