-- migrate:up
-- The next migration validates it, without a lock that keeps others out.
alter table task
  drop constraint task_method_known,
  add constraint task_method_known check (method in ('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS')) not valid;

-- migrate:down
alter table task
  drop constraint task_method_known,
  add constraint task_method_known check (method in ('GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'));
