-- migrate:up
-- A domain, and not a check of the table: see the migration of task_retry.
create domain task_host as text;
comment on domain task_host is 'A host with an optional port, as in a Host header.';

alter table task add column host task_host;
comment on column task.host is 'Sent as Host header instead of the host of the URL; null sends that.';

alter domain task_host add constraint task_host_is_host
  check (char_length(value) <= 260 and value ~ '^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?$') not valid;

-- migrate:down
alter table task drop column host;
drop domain task_host;
