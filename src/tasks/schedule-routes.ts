import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { DatabaseClock } from '../database/clock.ts'
import type { Sql } from '../database/sql.ts'
import { Id } from '../formats/schema.ts'
import { laterTime } from '../formats/time.ts'
import { taskNotFound } from '../http/errors.ts'
import { operation } from '../http/operation.ts'
import { pageCount } from '../http/page.ts'
import { noQuery } from '../http/query.ts'
import { type Authenticate, readBody, requireService } from '../http/require-service.ts'
import { mebibyte } from '../http/strict-json.ts'
import type { CalendarUse } from '../schedule/calendar.ts'
import { calendarEffect, noEffect } from '../schedule/calendar-effect.ts'
import { kindOf } from '../schedule/kind.ts'
import { isReadable } from '../schedule/readable.ts'
import type { Tolerance } from '../schedule/tolerance.ts'
import { type Schedule, upcoming } from '../schedule/upcoming.ts'
import { warnings } from '../schedule/warnings.ts'
import { findCalendarUse } from './calendar-use.ts'
import { toSchedule } from './input.ts'
import { SchedulePreview, Upcoming } from './model.ts'
import { findSchedule, isTaskRunning } from './queries.ts'
import { unreadableSchedule } from './readable.ts'

/** Default number of times in a response. */
const shownTimes = 5

/** What decides which slots are claimed late: the database's clock, and the tolerance for late slots. */
export interface Timing {
  readonly clock: DatabaseClock
  readonly tolerance: Tolerance
}

/** Creates the routes that list coming runs: of a stored task, and of a schedule that is not stored. */
export function scheduleRoutes(sql: Sql, authenticate: Authenticate, { clock, tolerance }: Timing) {
  const timesFrom = (schedule: Schedule, from: number, count: number, use: CalendarUse | undefined) =>
    upcoming(schedule, from, count, tolerance.seconds(from) * 1000, use)
  return new Elysia({ name: 'schedule', normalize: false, tags: ['schedule'] })
    .use(requireService(authenticate))
    .get(
      '/tasks/:taskId/upcoming',
      async ({ serviceId, params, query }) => {
        const stored = await findSchedule(sql, serviceId, params.taskId)
        if (!stored) throw taskNotFound()
        const { now, status, once_running, version: _, spread_offset, runs_left, paused_until, ...schedule } = stored
        const { use } = await findCalendarUse(sql, serviceId, stored)
        const resumed = status === 'paused' && paused_until !== null
        // A slot at the end of a pause is run. A task that runs once and would have been due runs then.
        const since = resumed ? Date.parse(paused_until) - (kindOf(stored) === 'once' ? 0 : 1) : Date.parse(now)
        // Slots of a task that starts later are due later.
        const from = since - spread_offset * 1000
        const count = Number(query.count ?? shownTimes)
        // A task that is not active, or will be by itself, has no coming runs, nor has a run-once task that is running.
        const hasTimes = (status === 'active' || resumed) && !once_running
        const isDue = hasTimes && Date.parse(stored.scheduled_at ?? '') <= from && kindOf(stored) !== 'once'
        // A slot that is due while the task is running is skipped, and those during a pause are left out.
        const skipped = isDue && (resumed || (await isTaskRunning(sql, serviceId, params.taskId))) ? 1 : 0
        const ofPause = resumed
          ? { phase: 'keep' as const, max_runs: runs_left === null ? null : runs_left + skipped }
          : { max_runs: runs_left }
        const isKnown = isReadable(schedule)
        // Of a schedule that cannot be read here the next time is known, which is stored.
        const readable = isKnown ? schedule : { ...schedule, cron: null, time_zone: null }
        const times = hasTimes ? timesFrom({ ...readable, ...ofPause }, from, count + skipped, use).slice(skipped) : []
        const starts = times.map((time) => laterTime(time, spread_offset))
        if (!isKnown)
          return {
            upcoming: times,
            starts,
            left_out: [],
            warnings: [`Later runs are not known: ${unreadableSchedule}.`],
          }
        const { left_out, warnings: ofCalendar } = hasTimes ? calendarEffect(schedule, from, times, use) : noEffect
        return { upcoming: times, starts, left_out, warnings: [...ofCalendar, ...warnings(schedule, from, times, use)] }
      },
      {
        params: Type.Object({ taskId: Id }),
        query: Type.Object({ count: Type.Optional(pageCount(100)) }, { additionalProperties: false }),
        scope: 'read',
        detail: operation(
          'listUpcomingRuns',
          'When a task runs next',
          {
            status: 200,
            description:
              'The coming times if each run is on time, 5 by default; of one that is paused until a time those from then on; none for any other that is not active.',
            schema: Upcoming,
          },
          [400, 404],
        ),
      },
    )
    .post(
      '/schedule/preview',
      async ({ serviceId, body: { count, ...fields } }) => {
        const { spread_seconds = 0 } = fields
        const schedule = toSchedule(fields)
        const from = Math.floor(clock.now())
        const { use } = await findCalendarUse(sql, serviceId, fields)
        const times = timesFrom(schedule, from, count ?? shownTimes, use)
        const spread = `Each start is up to ${spread_seconds} s after these times, always by as much: that depends on the id that the task gets.`
        const { left_out, warnings: ofCalendar } = calendarEffect(schedule, from, times, use)
        const said = [...ofCalendar, ...warnings(schedule, from, times, use)]
        return { upcoming: times, starts: times, left_out, warnings: spread_seconds > 0 ? [spread, ...said] : said }
      },
      {
        parse: readBody(authenticate, mebibyte),
        query: noQuery,
        body: SchedulePreview,
        scope: 'read',
        detail: operation(
          'previewSchedule',
          'When a task with these fields would run',
          { status: 200, description: 'The coming times, 5 by default.', schema: Upcoming },
          [400, 413, 415],
        ),
      },
    )
}
