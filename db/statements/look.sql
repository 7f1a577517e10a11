-- Parameters: $1 double precision, $2 uuid[], $3 text, $4 text, $5 double precision, $6 double precision
/* duly:look */
select
  due.*,
  pg_current_snapshot()::text as snapshot,
  date_part('epoch', now()) * 1000 as now_ms,
  -- A claim that reaches the server later takes nothing.
  now() + make_interval(secs => $1) as claim_until,
  -- Without any there is nothing to look for in flows.
  exists (
    select
    from
      flow
  ) as has_flows
from
  (
    select
  ) look
  left join (
    select
      looked.service_id,
      date_part('epoch', slot.at - now()) * 1000 as slot_in_ms,
      date_part('epoch', queued.at - now()) * 1000 as queued_in_ms,
      -- The replica then works out the next times of the due patterns, before it claims.
      exists (
        select
        from
          task
        where
          task.service_id = looked.service_id
          and task.cron is not null
          and task.status = 'active'
          and not task.once_running
          and task.scheduled_at <= now()
          and task.limited_by is null
      ) as has_due_cron
    from
      (
        select
          service_id
        from
          unnest($2::uuid[]) as known (service_id)
        union
        select
          service_id
        from
          wake
        where
          xid = any (
            array(
              select
                pg_snapshot_xip($3::text::pg_snapshot)
            )
          )
        union
        select
          service_id
        from
          wake
        where
          xid >= pg_snapshot_xmax($4::text::pg_snapshot)
          and xid < pg_snapshot_xmax(pg_current_snapshot())
      ) looked
      -- The earliest slot of the service: the first entry of an index. Slots somewhat ahead time the next pass.
      left join lateral (
        select
          scheduled_at as at
        from
          task
        where
          task.service_id = looked.service_id
          and task.status = 'active'
          and not task.once_running
          and task.scheduled_at <= now() + make_interval(secs => $5)
          and task.limited_by is null
        order by
          scheduled_at,
          id
        limit
          1
      ) slot on true
      -- The earliest queued execution, likewise.
      left join lateral (
        select
          queued_for as at
        from
          task
        where
          task.service_id = looked.service_id
          and queued_for <= now() + make_interval(secs => $6)
          and task.limited_by is null
        order by
          queued_for
        limit
          1
      ) queued on true
    where
      slot.at is not null
      or queued.at is not null
  ) due on true
