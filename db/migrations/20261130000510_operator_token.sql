-- migrate:up
create table operator_token (
  id uuid not null,
  name text not null,
  hash bytea not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_on date,
  constraint operator_token_pkey primary key (id),
  constraint operator_token_name_unique unique (name),
  constraint operator_token_hash_unique unique (hash),
  constraint operator_token_name_length check (char_length(name) between 1 and 200),
  constraint operator_token_hash_is_sha256 check (octet_length(hash) = 32),
  constraint operator_token_expires_after_creation check (expires_at > created_at)
);

comment on table operator_token is 'Tokens of those who run Duly: each reads what every service has, and changes nothing. Only the command line makes them.';
comment on column operator_token.hash is 'SHA-256 of the token; the token itself is kept nowhere.';
comment on column operator_token.expires_at is 'From when on the token is refused; null for never.';
comment on column operator_token.last_used_on is 'The last day, in UTC, on which a request was sent with it; written once a day.';

-- migrate:down
drop table operator_token;
