-- migrate:up
-- A request with `Authorization: Bearer` may carry the first token of a service without the id of the service. The indexes
-- are not unique: two services may have been given the same token, and are then told apart by their ids.
create index service_token_hash_idx on service (token_hash);
create index service_previous_token_hash_idx on service (previous_token_hash) where previous_token_hash is not null;

-- migrate:down
drop index service_token_hash_idx;
drop index service_previous_token_hash_idx;
