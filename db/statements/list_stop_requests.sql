-- Parameters: $1 uuid
/* duly:list_stop_requests */
select
  execution_id
from
  stop_request
where
  replica_id = $1
