-- Parameters: $1 uuid, $2 timestamp with time zone, $3 uuid
/* duly:find_first_slot */
select
  id,
  scheduled_at,
  case
    when task.spread_offset > 0 then task.scheduled_at - make_interval(secs => task.spread_offset)
    else task.scheduled_at
  end as slot_at
from
  task
where
  service_id = $1
  and task.status = 'active'
  and not task.once_running
  and task.scheduled_at <= now()
  and task.limited_by is null
  and (scheduled_at, id) > ($2::timestamptz, $3::uuid)
order by
  scheduled_at,
  id
limit
  1
