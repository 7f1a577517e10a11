-- migrate:up
alter table execution
  add column waited_ms integer,
  add column lookup_ms integer,
  add column answer_ms integer,
  add column sent_twice boolean not null default false;

comment on column execution.duration_ms is 'From sending to the end of the answer, with the look-up before it, and without waited_ms.';
comment on column execution.waited_ms is 'How long the call waited in its replica: for its turn at the target, or for a local port or a descriptor. Null for less than half a millisecond, and when no call was made.';
comment on column execution.lookup_ms is 'How long the look-up of the name took. Null like waited_ms, and for an address.';
comment on column execution.answer_ms is 'How long the beginning of the answer was waited for, with the connection and TLS where they were new. Null like waited_ms.';
comment on column execution.sent_twice is 'Whether Duly is known to have sent the request a second time, under its key, because the target closed a kept connection without an answer.';

-- migrate:down
alter table execution
  drop column waited_ms,
  drop column lookup_ms,
  drop column answer_ms,
  drop column sent_twice;
