-- migrate:up
create table catch_up (
  service_id uuid not null,
  per_second integer not null,
  next_free_at timestamptz not null default now(),
  constraint catch_up_pkey primary key (service_id),
  constraint catch_up_service_fkey foreign key (service_id) references service (id) on delete cascade,
  constraint catch_up_per_second_in_range check (per_second between 1 and 100000)
);
comment on table catch_up is 'How fast a service makes up for late slots. A service without a row has no limit. Only claims of late slots read it.';
comment on column catch_up.per_second is 'How many late slots start in a second at most.';
comment on column catch_up.next_free_at is 'When the next late slot may start (the theoretical arrival time of GCRA), as flow.next_free_at.';

-- migrate:down
drop table catch_up;
