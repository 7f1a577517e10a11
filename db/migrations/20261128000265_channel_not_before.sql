-- migrate:up
alter table channel
  add column not_before timestamptz;
comment on column channel.not_before is 'Nothing is sent to it before then: it asked for that with Retry-After.';

-- migrate:down
alter table channel
  drop column not_before;
