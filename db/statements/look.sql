-- Parameters: $1 double precision, $2 double precision, $3 double precision
/* duly:look */
select
  service.id as service_id,
  date_part('epoch', slot.at - now()) * 1000 as slot_in_ms,
  date_part('epoch', queued.at - now()) * 1000 as queued_in_ms,
  -- The replica then works out the next times of the due patterns, before it claims.
  exists (
    select
    from
      task
    where
      task.service_id = service.id
      and task.cron is not null
      and task.status = 'active'
      and not task.once_running
      and task.scheduled_at <= now()
      and task.limited_by is null
  ) as has_due_cron,
  -- A claim that reaches the server later takes nothing.
  now() + make_interval(secs => $1) as claim_until
from
  service
  -- The earliest slot of the service: the first entry of an index. Slots somewhat ahead time the next pass.
  left join lateral (
    select
      scheduled_at as at
    from
      task
    where
      task.service_id = service.id
      and task.status = 'active'
      and not task.once_running
      and task.scheduled_at <= now() + make_interval(secs => $2)
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
      task.service_id = service.id
      and queued_for <= now() + make_interval(secs => $3)
      and task.limited_by is null
    order by
      queued_for
    limit
      1
  ) queued on true
where
  slot.at is not null
  or queued.at is not null
