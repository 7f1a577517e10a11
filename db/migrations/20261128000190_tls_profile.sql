-- migrate:up
create table tls_profile (
  service_id uuid not null,
  name text not null,
  ca text,
  certificate text,
  sealed_key text,
  ca_expires_at timestamptz,
  certificate_subject text,
  certificate_expires_at timestamptz,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint tls_profile_pkey primary key (service_id, name),
  constraint tls_profile_service_fkey foreign key (service_id) references service (id) on delete cascade,
  constraint tls_profile_name_form check (name ~ '^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$'),
  constraint tls_profile_not_empty check (ca is not null or certificate is not null),
  constraint tls_profile_size check (octet_length(ca) <= 65536 and octet_length(certificate) <= 65536),
  constraint tls_profile_has_key_of_certificate check ((certificate is null) = (sealed_key is null)),
  constraint tls_profile_key_is_sealed check (sealed_key ~ '^[0-9a-f]{8}\.[A-Za-z0-9+/=]+$')
);

comment on table tls_profile is 'How tasks of a service connect over TLS: which certificate authority they trust, and which client certificate they present.';
comment on column tls_profile.ca is 'Certificates in PEM that are trusted in place of those of the system; null trusts the system''s.';
comment on column tls_profile.certificate is 'The client certificate in PEM, followed by its chain; null presents none.';
comment on column tls_profile.sealed_key is 'The private key of the certificate in PEM, encrypted as in secret.sealed.';
comment on column tls_profile.ca_expires_at is 'When the last certificate in ca expires.';
comment on column tls_profile.version is 'Counts how often the profile was set. Replicas read it again, and open new connections, when it has changed.';

create table tls_profile_use (
  service_id uuid not null,
  task_id uuid not null,
  profile text not null,
  constraint tls_profile_use_pkey primary key (service_id, task_id),
  constraint tls_profile_use_profile_fkey foreign key (service_id, profile) references tls_profile (service_id, name)
);
create index tls_profile_use_profile_idx on tls_profile_use (service_id, profile, task_id);

comment on table tls_profile_use is 'Which tasks use which TLS profile: task.tls_profile of tasks that are not deleted, for searches and the foreign key.';

-- A domain, and not a check of the table: see the migration of task_retry.
create domain task_tls_profile as text;
comment on domain task_tls_profile is 'The name of a TLS profile.';
alter table task add column tls_profile task_tls_profile;
comment on column task.tls_profile is 'The TLS profile with which the target is connected to; null for none.';
alter domain task_tls_profile add constraint task_tls_profile_form check (value ~ '^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$') not valid;

-- migrate:down
alter table task drop column tls_profile;
drop domain task_tls_profile;
drop table tls_profile_use;
drop table tls_profile;
