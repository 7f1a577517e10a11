-- migrate:up
-- failed_execution_reason_idx, which has created_at in the place of this time, stays for replicas of the version before: a later
-- release drops it. What else looks for a reason, finds it by this index too.
create index failed_execution_failed_reason_idx on failed_execution (service_id, reason, coalesce(failed_at, created_at), id);

-- migrate:down
drop index failed_execution_failed_reason_idx;
