-- migrate:up
-- Small indexes by time, by which maintenance finds what is past retention.
create index alert_opened_brin on alert using brin (opened_at);
create index notification_created_brin on notification using brin (created_at);

-- migrate:down
drop index notification_created_brin;
drop index alert_opened_brin;
