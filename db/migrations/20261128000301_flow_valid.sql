-- migrate:up
alter table task validate constraint task_flow_fkey;
alter table task validate constraint task_limited_by_fkey;
alter table audit validate constraint audit_action_known;

-- migrate:down
