-- Parameters: $1 uuid[], $2 text[], $3 text[], $4 timestamp with time zone[], $5 text[], $6 text[], $7 integer[], $8 text[], $9 text[], $10 bigint, $11 bigint
/* duly:list_due_crons */
with recursive
  looked as materialized (
    select
      service_id,
      flow,
      array(
        select
          json_array_elements_text(full_targets::json)
      ) as full_targets,
      scheduled_at,
      cron,
      time_zone,
      spread_offset,
      calendar_use
    from
      unnest(
        $1::uuid[],
        $2::text[],
        $3::text[],
        $4::timestamptz[],
        $5::text[],
        $6::text[],
        $7::integer[],
        $8::text[]
      ) as looked (service_id, flow, full_targets, scheduled_at, cron, time_zone, spread_offset, calendar_use)
  ),
  found as (
    select
      *
    from
      looked
    union all
    select
      found.service_id,
      found.flow,
      found.full_targets,
      step.*
    from
      found
      cross join lateral (
        select
          task.scheduled_at,
          task.cron,
          task.time_zone,
          coalesce(task.spread_offset, 0) as spread_offset,
          coalesce(task.calendar_use, '') as calendar_use
        from
          task
        where
          task.service_id = found.service_id
          and task.cron is not null
          and task.status = 'active'
          and not task.once_running
          and task.scheduled_at <= now()
          and task.limited_by is null
          and concat_ws(' ', task.time_zone, task.cron) <> all ($9::text[])
          -- Not "<> all": where all tasks have one target, PostgreSQL would expect hardly any row of it, and read and sort those
          -- of another index.
          and not (found.full_targets @> array[task.target])
          and (
            task.scheduled_at,
            task.cron,
            task.time_zone,
            coalesce(task.spread_offset, 0),
            coalesce(task.calendar_use, '')
          ) > (found.scheduled_at, found.cron, found.time_zone, found.spread_offset, found.calendar_use)
        order by
          task.scheduled_at,
          task.cron,
          task.time_zone,
          coalesce(task.spread_offset, 0),
          coalesce(task.calendar_use, '')
        limit
          1
      ) step
  ),
  first as (
    select
      service_id,
      flow,
      scheduled_at,
      cron,
      time_zone,
      spread_offset,
      calendar_use
    from
      found
    limit
      $10
  )
select
  *,
  now() as now
from
  first
offset
  $11
