import { type Static, Type } from '@sinclair/typebox'
import { Id, nullable, Time } from '../formats/schema.ts'
import { OpenAlert } from '../tasks/model.ts'
import { FailingParts, FailingTask } from './failing-model.ts'

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

const DueRuns = Type.Object({ at: Time, count: count('runs that are due in it') }, { $id: 'DueRuns' })

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
    catch_up: nullable(CatchUp, 'late slots, as after an outage; null when there are none'),
    ending_calendars: Type.Array(EndingCalendar, {
      description: 'calendars that tasks use and that list no day after the coming 30 days, by name',
    }),
    skew_ms: Percentiles('how late slots started in these 24 hours, in ms; null when none did'),
    duration_ms: Percentiles('how long calls took in these 24 hours, in ms; null when there were none'),
  },
  { $id: 'Overview' },
)

/** Schema of a request that spreads the runs of a quarter hour. */
export const RunsSpread = Type.Object(
  {
    at: { ...Time, description: 'the beginning of a quarter hour of the coming day, as in upcoming of the overview' },
    spread_seconds: Type.Integer({ minimum: 1, maximum: 86_400, description: 'a whole number from 1 to 86400' }),
    dry_run: Type.Optional(Type.Boolean({ description: 'true: only answers what it would lead to' })),
  },
  {
    $id: 'RunsSpread',
    additionalProperties: false,
    description: 'a JSON object',
    examples: [{ at: '2026-11-29T02:00:00Z', spread_seconds: 3600, dry_run: true }],
  },
)

/** A request that spreads the runs of a quarter hour. */
export type RunsSpread = Static<typeof RunsSpread>

/** Schema of what spreading leads to. */
export const SpreadRuns = Type.Object(
  {
    tasks: count('tasks that are spread now, at most 20,000 in one request'),
    left: count(
      'tasks that run in this quarter hour and are not: their slots are not further apart, or they have a spread',
    ),
    upcoming: Type.Array(DueRuns, { description: 'the quarter hours of the coming day, afterwards' }),
  },
  { $id: 'SpreadRuns' },
)

/** What spreading leads to. */
export type SpreadRuns = Static<typeof SpreadRuns>

/** An overview as the API returns it. */
export type Overview = Static<typeof Overview>
