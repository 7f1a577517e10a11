-- migrate:up
create table operator_token (
  id uuid not null,
  name text not null,
  hash bytea not null,
  created_at timestamptz not null default now(),
  created_by text,
  expires_at timestamptz,
  last_used_on date,
  deleted_at timestamptz,
  deleted_by text,
  constraint operator_token_pkey primary key (id),
  constraint operator_token_hash_unique unique (hash),
  constraint operator_token_name_length check (char_length(name) between 1 and 200),
  constraint operator_token_hash_is_sha256 check (octet_length(hash) = 32),
  constraint operator_token_expires_after_creation check (expires_at > created_at),
  constraint operator_token_deleted_after_creation check (deleted_at >= created_at),
  constraint operator_token_deleted_by_needs_deletion check (deleted_by is null or deleted_at is not null)
);
-- The name of a deleted token may be given again.
create unique index operator_token_name_key on operator_token (name) where deleted_at is null;

comment on table operator_token is 'Tokens of those who run Duly: each reads what every service has, and changes nothing. Only the command line makes them. Deleted ones stay, so that it is known who could read: the audit is of one service, and has no entry for them.';
comment on column operator_token.hash is 'SHA-256 of the token; the token itself is kept nowhere.';
comment on column operator_token.created_by is 'Which user of the machine made it; null if the system has no name and no number for them.';
comment on column operator_token.expires_at is 'From when on the token is refused; null for never.';
comment on column operator_token.last_used_on is 'The last day, in UTC, on which a request was sent with it; written once a day.';
comment on column operator_token.deleted_at is 'From when on it is refused because it was deleted; null for one that was not.';
comment on column operator_token.deleted_by is 'Which user of the machine deleted it, as in created_by.';

-- migrate:down
drop table operator_token;
