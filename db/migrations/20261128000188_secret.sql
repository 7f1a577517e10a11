-- migrate:up
create table secret (
  service_id uuid not null,
  name text not null,
  sealed text not null,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint secret_pkey primary key (service_id, name),
  constraint secret_service_fkey foreign key (service_id) references service (id) on delete cascade,
  constraint secret_name_form check (name ~ '^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$'),
  constraint secret_is_sealed check (sealed ~ '^[0-9a-f]{8}\.[A-Za-z0-9+/=]+$')
);

comment on table secret is 'Named secrets of a service. The request headers of its tasks refer to them as ${secret.NAME}.';
comment on column secret.sealed is 'The value, encrypted with AES-256-GCM under a key that is not in the database: the id of the key, a dot, and base64.';
comment on column secret.version is 'Counts how often the value was set. Replicas read a value again when it has changed.';
comment on column secret.updated_at is 'When the value was set last. Encryption with another key does not change it.';

create table task_secret (
  service_id uuid not null,
  task_id uuid not null,
  header text not null,
  name text not null,
  constraint task_secret_pkey primary key (service_id, task_id, header, name),
  constraint task_secret_secret_fkey foreign key (service_id, name) references secret (service_id, name)
);
create index task_secret_name_idx on task_secret (service_id, name, task_id);

comment on table task_secret is 'Which tasks use which named secret. The statements that write and delete tasks write it. It does not reference task, because that would cost every run.';
comment on column task_secret.header is 'The name of the header that refers to the secret, in lower case.';

-- migrate:down
drop table task_secret;
drop table secret;
