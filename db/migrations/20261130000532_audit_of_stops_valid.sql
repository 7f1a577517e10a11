-- migrate:up
alter table audit validate constraint audit_action_known;
alter table audit validate constraint audit_task_is_named;

-- migrate:down
