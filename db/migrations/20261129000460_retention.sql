-- migrate:up
create table retention (
  service_id uuid not null,
  execution_days integer,
  failure_days integer,
  answer_days integer,
  successes_before timestamptz not null default '-infinity',
  failures_before timestamptz not null default '-infinity',
  answers_before timestamptz not null default '-infinity',
  constraint retention_pkey primary key (service_id),
  constraint retention_service_fkey foreign key (service_id) references service (id) on delete cascade,
  constraint retention_days_in_range check (
    1 <= all (array[execution_days, failure_days, answer_days])
    and 3650 >= all (array[execution_days, failure_days, answer_days])
  )
);
comment on table retention is 'Services whose executions are kept for a shorter time than the settings of the server say.';
comment on column retention.execution_days is 'How long executions that ended as success or skipped are kept. Null, as in the next two: as long as the server says.';
comment on column retention.failure_days is 'How long failed executions are kept.';
comment on column retention.answer_days is 'How long answers are kept.';
comment on column retention.successes_before is 'The service has no executions that ended as success or skipped and were created before, but for those that were open when the others were dropped.';
comment on column retention.failures_before is 'The same for failed ones.';
comment on column retention.answers_before is 'The same for answers.';

-- migrate:down
drop table retention;
