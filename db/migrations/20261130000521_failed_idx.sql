-- migrate:up
-- Searches, counts and alerts go by when executions failed. The indexes of that time are built each in a migration of its own, so
-- that what has failed waits for one at a time to be recorded, and reads wait for none.
-- This one has the time in other words than those of tasks and of reasons, so that a search for the failures of one task or reason is
-- not planned by it, as one through all failures of the service.
create index failed_execution_failed_idx on failed_execution (service_id, greatest(failed_at, created_at), id);

-- migrate:down
drop index failed_execution_failed_idx;
