-- migrate:up
alter table task validate constraint task_method_known;

-- migrate:down
