-- migrate:up
create table too_late_slot (
  service_id uuid not null,
  id uuid not null default gen_random_uuid(),
  task_id uuid not null,
  scheduled_for timestamptz not null,
  slots integer not null,
  reason text not null,
  constraint too_late_slot_pkey primary key (service_id, id),
  constraint too_late_slot_service_fkey foreign key (service_id) references service (id) on delete cascade,
  constraint too_late_slot_slots_positive check (slots > 0)
);
comment on table too_late_slot is 'Slots that were skipped because they were too late, until an alert has opened. It is written by the statement that skips them, and not for what an outage explains: one alert tells of that.';
comment on column too_late_slot.scheduled_for is 'When the first of the slots was due.';
comment on column too_late_slot.slots is 'How many slots were skipped.';
comment on column too_late_slot.reason is 'Why they were too late.';
comment on column alert.closed_because is 'recovered: it succeeded; started: the late task has; skipped: the slot of the late task was given another time; ended: the long run has; paused, disabled, deleted: of the task; event: it is told once, and closed when it opens.';

-- migrate:down
comment on column alert.closed_because is 'recovered: it succeeded; started: the late task has; skipped: its slot was, and it is no longer late; ended: the long run has; paused, disabled, deleted: of the task; event: it is told once, and closed when it opens.';
drop table too_late_slot;
