-- migrate:up
alter table audit validate constraint audit_action_known;

-- migrate:down
