-- migrate:up
alter table task
  add column cron text,
  add column time_zone text,
  add constraint task_cron_length check (char_length(cron) between 9 and 200),
  add constraint task_time_zone_length check (char_length(time_zone) between 1 and 64),
  add constraint task_cron_has_time_zone check ((cron is null) = (time_zone is null)),
  add constraint task_one_schedule check (cron is null or frequency is null);

-- The patterns that are due, each once, are read before a claim: their next times are worked out outside the database.
create index task_cron_due_idx on task (service_id, scheduled_at, cron, time_zone)
  where cron is not null and status = 'active' and not slot_taken;

comment on column task.cron is 'Five fields, read in time_zone. A task has this, or frequency and unit, or neither: then it runs once.';
comment on column task.time_zone is 'IANA name of the zone whose clocks cron goes by.';
comment on column task.scheduled_at is 'The next slot. A task with neither frequency nor cron runs once, at this time.';

-- migrate:down
drop index task_cron_due_idx;
alter table task
  drop column cron,
  drop column time_zone;
comment on column task.scheduled_at is 'The next slot. A task without a frequency runs once, at this time.';
