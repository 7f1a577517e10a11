-- migrate:up
alter table task rename column slot_taken to once_running;
alter table task rename column queued_taken to queued_running;
alter table task rename column last_id to current_execution_id;
alter table task rename column last_created_at to current_created_at;

comment on column task.once_running is 'True while the only slot of a run-once task is running, retries included; scheduled_at keeps its time until the outcome is recorded.';
comment on column task.queued_running is 'True while an execution runs that was queued first: it may have been created earlier than the claim of slots looks back.';
comment on column task.current_created_at is 'With current_execution_id the key of the execution started last: while that one is started, no other starts.';
comment on column task.queued_for is 'When the queued execution (a retry, a run now or a redelivery) may start; queued_created_at and queued_id are its key.';
comment on column execution.status is 'queued: waits to be started; started: a replica calls the target; success: answered with 2xx; failed: anything else; skipped: a slot during which the execution before it still ran.';
comment on column execution.missed_slots is 'Slots without an execution before this one; when skipped, the slots that were skipped during one execution.';
comment on column tally.skipped is 'Slots that were skipped.';
comment on column tally.duration_ms is 'Histogram of the durations of calls: a count for each bucket of src/tally/histogram.ts.';

-- migrate:down
alter table task rename column once_running to slot_taken;
alter table task rename column queued_running to queued_taken;
alter table task rename column current_execution_id to last_id;
alter table task rename column current_created_at to last_created_at;
