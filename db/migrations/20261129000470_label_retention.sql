-- migrate:up
create table label_retention (
  service_id uuid not null,
  label_name text collate "C" not null,
  label_value text collate "C" not null,
  execution_days integer,
  failure_days integer,
  answer_days integer,
  successes_before timestamptz not null default '-infinity',
  failures_before timestamptz not null default '-infinity',
  answers_before timestamptz not null default '-infinity',
  constraint label_retention_pkey primary key (service_id, label_name, label_value),
  constraint label_retention_service_fkey foreign key (service_id) references service (id) on delete cascade,
  constraint label_retention_days_in_range check (
    1 <= all (array[execution_days, failure_days, answer_days])
    and 3650 >= all (array[execution_days, failure_days, answer_days])
  )
);
comment on table label_retention is 'How long executions of the tasks with a label are kept, in place of what retention says for their service. Of several labels of a task the first by name that has a row decides. A row is whole: nothing is taken from another.';
comment on column label_retention.execution_days is 'As in retention. Null, as in the next two: as long as the server says.';
comment on column label_retention.successes_before is 'What has been dropped, as in retention, of the tasks that had the label by then.';

-- migrate:down
drop table label_retention;
