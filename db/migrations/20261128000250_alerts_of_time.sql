-- migrate:up
alter table pass_beat add column noticed_at timestamptz not null default '-infinity';
comment on column pass_beat.noticed_at is 'When a replica last looked for tasks that are late, and for alerts of late and long ones to close. One does at a time.';
create index alert_policy_long_idx on alert_policy (long_seconds) where long_seconds is not null;
alter table alert
  drop constraint alert_closed_because_known,
  add constraint alert_closed_because_known check (
    closed_because in ('recovered', 'started', 'skipped', 'ended', 'paused', 'disabled', 'deleted', 'event')
  );
comment on column alert.closed_because is 'recovered: it succeeded; started: the late task has; skipped: its slot was, and it is no longer late; ended: the long run has; paused, disabled, deleted: of the task; event: it is told once, and closed when it opens.';

-- migrate:down
update alert set closed_because = 'started' where closed_because = 'skipped';
alter table alert
  drop constraint alert_closed_because_known,
  add constraint alert_closed_because_known check (
    closed_because in ('recovered', 'started', 'ended', 'paused', 'disabled', 'deleted', 'event')
  );
comment on column alert.closed_because is 'recovered: it succeeded; started: it is no longer late; ended: the long run has ended; paused, disabled, deleted: of the task; event: it is told once, and closed when it opens.';
drop index alert_policy_long_idx;
alter table pass_beat drop column noticed_at;
