-- Parameters: $1 uuid, $2 timestamp with time zone, $3 uuid, $4 timestamp with time zone, $5 boolean
/* duly:forget_replica */
with
  left_open as materialized (
    select
    from
      execution
    where
      execution.replica_id = $1
      and execution.status = 'started'
      and execution.created_at >= $2
    limit
      1
  ),
  forgotten as (
    delete from replica
    where
      id = $3
      and lease_until = $4::timestamptz
      and not exists (
        select
        from
          left_open
      )
    returning
      id
  )
select
  case
    when $5 then not exists (
      select
      from
        left_open
    )
    else exists (
      select
      from
        forgotten
    )
  end as forgotten
