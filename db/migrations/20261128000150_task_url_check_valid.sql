-- migrate:up
alter table task validate constraint task_url_is_http;

-- migrate:down
