-- migrate:up
create table audit (
  service_id uuid not null,
  at timestamptz not null default now(),
  id uuid not null default gen_random_uuid(),
  task_id uuid,
  name text not null,
  action text not null,
  actor text not null,
  principal text,
  address inet,
  user_agent text,
  request_id text,
  before jsonb,
  after jsonb,
  secrets text[] not null default '{}',
  constraint audit_pkey primary key (service_id, at, id),
  constraint audit_action_known check (
    action in ('task_created', 'task_updated', 'task_deleted', 'service_created', 'service_deleted', 'token_rotated')
  ),
  constraint audit_actor_known check (actor in ('token', 'command_line', 'server')),
  constraint audit_task_is_named check ((task_id is not null) = (action in ('task_created', 'task_updated', 'task_deleted'))),
  constraint audit_before_is_object check (jsonb_typeof(before) = 'object'),
  constraint audit_after_is_object check (jsonb_typeof(after) = 'object')
);

create index audit_task_idx on audit (service_id, task_id, at, id);
-- Rows come in the order of their times, so that a summary of each range of blocks is enough to find those past retention.
create index audit_at_idx on audit using brin (at);

comment on table audit is 'A row for every change of a task or of a token, written by the statement that makes the change. It references neither: it stays when they are gone.';
comment on column audit.task_id is 'Null where the service itself or its token was changed.';
comment on column audit.name is 'Of the task, or of the service, as it is since.';
comment on column audit.actor is 'token: a request with a token of the service; command_line: somebody on the machine, by the command line; server: the start of the server.';
comment on column audit.principal is 'Which token (the first 8 hex digits of its SHA-256), or which user of the machine.';
comment on column audit.address is 'Where the request came from; of a trusted proxy the address that it names.';
comment on column audit.before is 'The fields that changed, as they were; secret headers masked and a long payload cut. Null for what is new.';
comment on column audit.after is 'The fields that changed, as they are since; all of them of what is new, null for what is gone.';
comment on column audit.secrets is 'Names of the secret headers whose values were set, which before and after do not show.';

-- migrate:down
drop table audit;
