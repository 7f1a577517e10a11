-- migrate:up
-- The next migration validates it, without a lock that keeps others out. The same rule as before without a regular expression, which every run of a task paid for: 1 of the 40 µs of a call.
alter table task
  drop constraint task_url_is_http,
  add constraint task_url_is_http check (
    char_length(url) <= 4096
    and (lower(left(url, 7) collate "C") = 'http://' or lower(left(url, 8) collate "C") = 'https://')
  ) not valid;

-- migrate:down
alter table task
  drop constraint task_url_is_http,
  add constraint task_url_is_http check (url ~* '^https?://' and char_length(url) <= 4096);
