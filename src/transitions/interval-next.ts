import type { Fragment, Sql } from '../database/sql.ts'

/** `day` of the month that lies `months` after `due.scheduled_at`, or that month's last day; the time of day stays. */
const monthAfter = (sql: Sql, months: Fragment) => sql`
  date_trunc('month', due.scheduled_at)
    + make_interval(months => ${months})
    + make_interval(days => least(
        step.day,
        date_part('day', date_trunc('month', due.scheduled_at) + make_interval(months => ${months} + 1) - interval '1 day')
      )::integer - 1)
    + (due.scheduled_at - date_trunc('day', due.scheduled_at))`

/**
 * The next time of a task whose slot is taken now: SQL to be joined laterally to rows named `due` that have
 * `scheduled_at`, `frequency`, `unit` and `anchor_day`, and of a cron schedule `cron_next_at` and `cron_missed_slots`. It
 * gives `next_at`, `next_anchor_day` and `missed_slots`.
 *
 * A task late by no more than `toleranceSeconds` keeps its phase: the first slot after now on its own grid. A later one
 * starts a new phase, one interval from now. A month keeps its day where it has it (31, 28, 31); a day is 24 hours, as
 * the session is in UTC. A cron schedule keeps to its pattern. A task with neither, and one whose pattern has no further
 * time, keeps its time: it has no next one.
 */
export function intervalNext(sql: Sql, toleranceSeconds: number) {
  const kept = sql`whole.months * due.frequency`
  const following = sql`(whole.months + 1) * due.frequency`
  return sql`
    lateral (
      select
        due.frequency
          * case due.unit when 'minute' then 60.0::float8 when 'hour' then 3600 when 'day' then 86400 when 'week' then 604800 end
          as seconds,
        -- The kept day counts only while the slot is still where that day put it.
        case
          when date_part('day', due.scheduled_at)
            = least(due.anchor_day, date_part('day', date_trunc('month', due.scheduled_at) + interval '1 month -1 day'))
            then due.anchor_day
          else date_part('day', due.scheduled_at)
        end as day,
        due.scheduled_at < now() - make_interval(secs => ${toleranceSeconds}) as late
    ) step
    cross join lateral (
      select
        floor(date_part('epoch', now() - due.scheduled_at) / step.seconds) as steps,
        case when due.unit = 'month' then
          (
            (date_part('year', now()) - date_part('year', due.scheduled_at)) * 12
            + date_part('month', now()) - date_part('month', due.scheduled_at)
          )::integer / due.frequency
        end as months
    ) whole
    cross join lateral (
      select
        case
          when due.frequency is null then coalesce(due.cron_next_at, due.scheduled_at)
          when step.late then now() + case when due.unit = 'month' then make_interval(months => due.frequency) else make_interval(secs => step.seconds) end
          when due.unit = 'month' then case when ${monthAfter(sql, kept)} > now() then ${monthAfter(sql, kept)} else ${monthAfter(sql, following)} end
          else due.scheduled_at + make_interval(secs => (whole.steps + 1) * step.seconds)
        end as next_at,
        case
          when due.unit is distinct from 'month' then null
          when step.late then date_part('day', now())
          else step.day
        end::smallint as next_anchor_day,
        case
          when due.frequency is null then coalesce(due.cron_missed_slots, 0)
          when due.unit = 'month' then whole.months - case when whole.months > 0 and ${monthAfter(sql, kept)} > now() then 1 else 0 end
          else whole.steps
        end::integer as missed_slots
    ) next`
}
