-- migrate:up
alter table audit validate constraint audit_action_known;
alter table failing_task validate constraint failing_task_consecutive_not_negative;

-- migrate:down
