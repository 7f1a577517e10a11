-- Parameters: none
select
  statement,
  parameter_types::text[] as types
from
  pg_prepared_statements
where
  statement ~ '/* duly:'
order by
  prepare_time
