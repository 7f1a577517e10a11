-- migrate:up
create index alert_open_idx on alert (service_id, opened_at, id) where closed_at is null;

-- migrate:down
drop index alert_open_idx;
