-- migrate:up
-- Domains, and not checks of the table: see the migration of task_retry.
create domain task_secret_url as boolean;
comment on domain task_secret_url is 'True, or null for false.';
create domain task_sealed_url as text;
comment on domain task_sealed_url is 'A text encrypted with AES-256-GCM under a key that is not in the database: the id of the key, a dot, and base64.';

alter table task
  add column secret_url task_secret_url,
  add column sealed_url task_sealed_url;
comment on column task.secret_url is 'Whether path and query of the URL are secret: url has ******** in their place. Null for false, as in most tasks.';
comment on column task.sealed_url is 'Path, query and fragment of a secret URL, encrypted.';

alter domain task_secret_url add constraint task_secret_url_is_true check (value) not valid;
alter domain task_sealed_url add constraint task_sealed_url_is_sealed check (value ~ '^[0-9a-f]{8}\.[A-Za-z0-9+/=]+$') not valid;

-- migrate:down
alter table task
  drop column sealed_url,
  drop column secret_url;
drop domain task_sealed_url;
drop domain task_secret_url;
