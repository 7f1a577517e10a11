import type { Sql } from '../database/sql.ts'
import { formatTime } from '../formats/time.ts'
import { calendarUseIn } from '../transitions/calendar-use.ts'
import { offsetIn } from '../transitions/spread.ts'
import { assumedStartIn } from './assumed-start.ts'
import { membersOf } from './group-members.ts'
import { eachRun, quarterMs } from './quarters.ts'
import { groupEnd, type TaskGroup } from './queries.ts'
import { readGroups, runningIn } from './read-groups.ts'
import { startsAtMost, type UpcomingPage, type UpcomingTask } from './upcoming-model.ts'

/** Which tasks of a quarter hour are wanted. */
export interface UpcomingWanted {
  /** The beginning of the quarter hour. RFC 3339. */
  readonly at: string
  readonly page: number
  readonly limit: number
  readonly offset: number
}

/**
 * Returns a page of the tasks of a service that run in one quarter hour of the coming day, by name, with when they start in it.
 * Like the overview it assumes that every run is on time, and counts what is overdue as due now.
 * @throws ApiError 400 for a time that begins no quarter hour of the coming day
 */
export async function listUpcomingTasks(
  sql: Sql,
  serviceId: string,
  { at, page, limit, offset }: UpcomingWanted,
): Promise<UpcomingPage> {
  const read = await readGroups(sql, serviceId)
  const { uses, nowText, now } = read
  const { quarter, running } = await runningIn(read, at)
  const rows = running.length === 0 ? [] : await listMembers(sql, serviceId, running, nowText, { limit, offset })
  const records = rows.flatMap(({ id, name, spread_seconds, ...row }): UpcomingTask[] => {
    const times: number[] = []
    eachRun(
      { ...row, status: 'active', count: 1, is_spread: false, now: nowText },
      uses,
      now,
      quarter + quarterMs,
      (time) => {
        if (time >= quarter) times.push(time)
      },
    )
    // A task that has been started since its group was read.
    if (times.length === 0) return []
    const { frequency, unit, cron, time_zone } = row
    const starts = times.slice(0, startsAtMost).map((time) => formatTime(time))
    return [{ id, name, frequency, unit, cron, time_zone, spread_seconds, runs: times.length, starts }]
  })
  const total_count = running.reduce((sum, { count }) => sum + count, 0)
  return { total_count, page_number: page, count: limit, records }
}

/** A task of a group, with its own times. */
interface Member extends Omit<TaskGroup, 'status' | 'count' | 'is_spread' | 'now'> {
  readonly id: string
  readonly name: string
  readonly spread_seconds: number
}

/** Returns tasks of groups by name. @param now the database's time when the groups were read */
async function listMembers(
  sql: Sql,
  serviceId: string,
  groups: readonly TaskGroup[],
  now: string,
  { limit, offset }: { readonly limit: number; readonly offset: number },
): Promise<Member[]> {
  return sql<Member[]>`
    /* duly:list_group_members */
    select
      task.id, task.name, task.frequency, task.unit, task.cron, task.time_zone, ${calendarUseIn(sql)} as calendar_use,
      ${assumedStartIn(sql, sql`task.scheduled_at`, sql`${now}::timestamptz`)} as at, ${offsetIn(sql)} as offset, coalesce(task.spread_seconds, 0) as spread_seconds,
      ${groupEnd(sql, offsetIn(sql))}
    ${membersOf(sql, serviceId, groups, now)}
    order by task.name, task.id
    limit ${limit}
    offset ${offset}`
}
