import { type Static, Type } from '@sinclair/typebox'
import { Id, nullable, Time } from '../formats/schema.ts'
import { OpenAlert } from '../tasks/model.ts'
import { FailingParts, FailingTask } from './failing-model.ts'
import { DueRuns } from './move-model.ts'

const count = (description: string) => Type.Integer({ minimum: 0, description })

const Results = Type.Object(
  {
    at: Time,
    success: count('executions that succeeded'),
    failed: count('executions that failed, each attempt counted'),
    skipped: count('slots passed over'),
  },
  { $id: 'ResultCounts' },
)

const Percentiles = (description: string) =>
  Type.Object({ p50: nullable(Type.Number()), p99: nullable(Type.Number()) }, { $id: 'Percentiles', description })

const OpenAlertCounts = Type.Object(
  {
    failing: count('tasks that fail'),
    late: count('tasks that are due and have not started'),
    long: count('runs that take long'),
  },
  { $id: 'OpenAlertCounts', description: 'open alerts of all tasks, muted ones too' },
)

const FailingTaskAlert = Type.Object({ task_id: Id, ...OpenAlert.properties }, { $id: 'FailingTaskAlert' })

const OpenAlerts = Type.Object(
  {
    counts: OpenAlertCounts,
    failing: Type.Array(FailingTaskAlert, {
      maxItems: 100,
      description: 'the open alerts of the tasks in `failing`, for those that have one',
    }),
  },
  { $id: 'OpenAlerts' },
)

const TaskCounts = Type.Object(
  {
    active: count('tasks that run'),
    paused: count('tasks that are paused'),
    disabled: count('tasks that are disabled, those that ran once too'),
  },
  { $id: 'TaskCounts' },
)

/** Schema of how far a service has come with its late slots. */
export const CatchUp = Type.Object(
  {
    late: Type.Integer({
      minimum: 1,
      maximum: 100_000,
      description: 'slots that are later than a minute and one pass of the scheduler, counted up to 100,000',
    }),
    per_second: nullable(Type.Integer({ minimum: 1 }), 'how many of them start in a second at most; null for no limit'),
    ends_at: nullable(
      Time,
      'about when the last of them starts: at this limit, or as fast as in the last minute if there is none or something else holds them up; null when that is unknown',
    ),
  },
  { $id: 'CatchUp' },
)

/** How far a service has come with its late slots. */
export type CatchUp = Static<typeof CatchUp>

/** Schema of a calendar whose days come to an end. */
const EndingCalendar = Type.Object(
  {
    name: Type.String(),
    last_day: Type.String({ format: 'date', description: 'the last day that it lists, such as 2026-12-26' }),
    tasks: Type.Integer({ description: 'how many tasks use it' }),
  },
  { $id: 'EndingCalendar' },
)

/** Schema of an overview: how the tasks of a service are doing. */
export const Overview = Type.Object(
  {
    tasks: TaskCounts,
    quarters: Type.Array(Results, {
      minItems: 96,
      maxItems: 96,
      description: 'the quarter hours of the last 24 hours, this one last',
    }),
    hours: Type.Array(Results, { minItems: 24, maxItems: 24, description: 'the last 24 hours, this one last' }),
    days: Type.Array(Results, { minItems: 7, maxItems: 7, description: 'the last seven days in UTC, today last' }),
    failing: Type.Array(FailingTask, {
      maxItems: 100,
      description: 'tasks whose last attempt failed, the longest failing first, 100 at most',
    }),
    failing_groups: FailingParts,
    alerts: OpenAlerts,
    upcoming: Type.Array(DueRuns, {
      minItems: 96,
      maxItems: 96,
      description: 'the quarter hours of the coming day, this one first',
    }),
    unreadable: count(
      'tasks of which upcoming has the next run only, because this server cannot read their pattern or time zone: it is of another release than the one that stored them',
    ),
    catch_up: nullable(CatchUp, 'late slots, as after an outage; null when there are none'),
    ending_calendars: Type.Array(EndingCalendar, {
      description: 'calendars that tasks use and that list no day after the coming 30 days, by name',
    }),
    skew_ms: Percentiles('how late slots started in these 24 hours, in ms; null when none did'),
    duration_ms: Percentiles('how long calls took in these 24 hours, in ms; null when there were none'),
  },
  { $id: 'Overview' },
)

/** An overview as the API returns it. */
export type Overview = Static<typeof Overview>
