-- migrate:up
-- A domain, and not a check of the table, which every call would pay. The domain gets its check after the column, so that no
-- row is read: all values are null.
create domain execution_response_header as json;
comment on domain execution_response_header is 'Headers of an answer: names in lower case, and for each an array of its values.';

alter table execution add column response_header execution_response_header;
comment on column execution.response_header is 'The headers of the answer, 16 KiB of them at most. Null if no answer came, and for a success while its replica had many calls open.';

alter domain execution_response_header
add constraint execution_response_header_is_object check (json_typeof(value) = 'object') not valid;
alter domain execution_response_header
add constraint execution_response_header_size check (octet_length(value::text) <= 16384) not valid;

-- migrate:down
alter table execution drop column response_header;
drop domain execution_response_header;
