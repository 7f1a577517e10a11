-- migrate:up
alter table task
  add column given_at timestamptz;

comment on column task.given_at is 'The scheduled_at that the API was given last, while it stands: sent again after it has run, it changes nothing.';

-- migrate:down
alter table task
  drop column given_at;
