-- migrate:up
alter table task
  add column secret_header jsonb,
  add constraint task_secret_header_is_object check (jsonb_typeof(secret_header) = 'object');

comment on column task.header is 'Request headers, name to value. The value of a secret one is ******** here, and sealed in secret_header.';
comment on column task.secret_header is 'Values of secret request headers, by name in lower case, encrypted with AES-256-GCM: KEY_ID.base64(nonce, ciphertext, tag). Service, task and name are authenticated with each, so that it opens in its place only.';

-- migrate:down
alter table task drop column secret_header;
comment on column task.header is 'Request headers, name to value.';
