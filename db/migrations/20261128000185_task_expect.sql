-- migrate:up
-- A domain, and not a check of the table: see the migration of task_retry.
create domain task_expect as jsonb;
comment on domain task_expect is 'What the answer must be for a success: status, a list; contains and not_contains, texts; json, rules with a JSON pointer and an operator.';

alter table task add column expect task_expect;
comment on column task.expect is 'What the answer must be for a success; null accepts any 2xx.';

alter domain task_expect add constraint task_expect_is_object check (jsonb_typeof(value) = 'object') not valid;

-- migrate:down
alter table task drop column expect;
drop domain task_expect;
