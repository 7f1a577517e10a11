-- migrate:up
create table service (
  id uuid not null,
  name text not null,
  token_hash bytea not null,
  previous_token_hash bytea,
  previous_token_until timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint service_pkey primary key (id),
  constraint service_name_length check (char_length(name) between 1 and 200),
  constraint service_token_hash_is_sha256 check (octet_length(token_hash) = 32),
  constraint service_previous_token_is_whole check ((previous_token_hash is null) = (previous_token_until is null))
);

comment on table service is 'Who owns tasks: a team or a program with one id and one token.';
comment on column service.token_hash is 'SHA-256 of the token; the token itself is kept nowhere.';
comment on column service.previous_token_hash is 'SHA-256 of the token before the last rotation, valid until previous_token_until.';

-- migrate:down
drop table service;
