-- Parameters: $1 uuid, $2 uuid, $3 text, $4 double precision, $5 text, $6 timestamp with time zone, $7 boolean, $8 boolean
/* duly:renew_lease */
with
  known as (
    select
      id
    from
      replica
    where
      id = $1
    for update
  ),
  renewed as (
    insert into
      replica (id, host, lease_until, server, oldest_open_at)
    values
      (
        $2,
        $3,
        now() + make_interval(secs => $4),
        $5,
        least($6::timestamptz, now()) - case
          when $7
          and not exists (
            select
            from
              known
          ) then interval '1 day'
          else interval '1 minute'
        end
      )
    on conflict (id) do update
    set
      lease_until = excluded.lease_until,
      server = excluded.server,
      oldest_open_at = case
        when $8 then least(replica.oldest_open_at, excluded.oldest_open_at)
        else excluded.oldest_open_at
      end
    returning
      oldest_open_at
  )
select
  exists (
    select
    from
      known
  ) as held,
  least(
    (
      select
        min(oldest_open_at)
      from
        replica
    ),
    (
      select
        oldest_open_at
      from
        renewed
    )
  ) as oldest_open_at
