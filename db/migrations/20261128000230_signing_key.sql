-- migrate:up
-- The keys that sign the requests of a service's tasks.
create table signing_key (
  service_id uuid not null,
  id uuid not null,
  target text,
  sealed text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  changed_at timestamptz not null default now(),
  constraint signing_key_pkey primary key (service_id, id),
  constraint signing_key_service_fkey foreign key (service_id) references service (id) on delete cascade,
  constraint signing_key_target_is_host check (target ~ '^[^[:space:]/?#@]+$' and target = lower(target) and char_length(target) <= 260),
  constraint signing_key_is_sealed check (sealed ~ '^[0-9a-f]{8}\.[A-Za-z0-9+/=]+$')
);
create index signing_key_changed_idx on signing_key (changed_at);
comment on table signing_key is 'The keys that sign the requests of the tasks of a service, by Standard Webhooks. All that have not expired sign at once.';
comment on column signing_key.target is 'Host, and port if it is not the usual one of http and https, of the only target that the key signs for, in place of the keys without a target. Null signs for all targets.';
comment on column signing_key.sealed is 'The key as whsec_ and base64, encrypted as in secret.sealed.';
comment on column signing_key.expires_at is 'From then on it signs nothing. Null until a newer key of the same target is made, or the key is expired.';
comment on column signing_key.changed_at is 'Replicas read the rows that have changed since they last did.';

-- migrate:down
drop table signing_key;
