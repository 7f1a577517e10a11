import { FormatRegistry, type Static, Type } from '@sinclair/typebox'
import { ExecutionStatus } from '../formats/execution-status.ts'
import { Id, nullable, oneOf, Time } from '../formats/schema.ts'
import { cursorPageSchema } from '../http/cursor-page.ts'
import { inputs, outputs, requiredInputs } from '../task-fields/fields.ts'
import { isStorable, isWithin } from '../task-fields/limits.ts'
import { scheduleOfCreate, scheduleOfReplace, scheduleOfUpdate } from '../task-fields/openapi-patterns.ts'
import { exampleCreate, exampleTask } from './examples.ts'

FormatRegistry.Set('search', (text) => isWithin(text, 200) && isStorable(text))

/** Schema of the body of a create. */
export const TaskCreate = Type.Object(
  {
    ...Type.Partial(Type.Object(inputs)).properties,
    ...requiredInputs,
  },
  {
    $id: 'TaskCreate',
    additionalProperties: false,
    documented: scheduleOfCreate,
    description: 'a JSON object',
    examples: [exampleCreate],
  },
)

/** Fields that only the server sets. */
const readOnly = {
  id: Id,
  service_id: Id,
  starts_at: nullable(Time),
  runs_left: nullable(Type.Integer()),
  created_at: Time,
  updated_at: Time,
}

/**
 * Schema of the body of an update: any fields of a task. Read-only fields are allowed, so that a task can be sent back as it
 * was returned; their values must be the stored ones.
 */
export const TaskUpdate = Type.Object(Type.Partial(Type.Object({ ...readOnly, ...inputs })).properties, {
  $id: 'TaskUpdate',
  additionalProperties: false,
  documented: scheduleOfUpdate,
  description: 'a JSON object',
  examples: [{ status: 'paused' }],
})

/** Schema of the body of a PUT: the fields of a create, and read-only fields as in an update. */
export const TaskReplace = Type.Object(
  { ...Type.Partial(Type.Object(readOnly)).properties, ...TaskCreate.properties },
  {
    $id: 'TaskReplace',
    additionalProperties: false,
    documented: scheduleOfReplace,
    description: 'a JSON object',
    examples: [exampleCreate],
  },
)

/** Schema of the body of a bulk create. */
export const TasksCreate = Type.Object(
  { tasks: Type.Array(TaskCreate, { minItems: 1, maxItems: 1000, description: 'an array of 1 to 1,000 tasks' }) },
  {
    $id: 'TasksCreate',
    additionalProperties: false,
    description: 'a JSON object',
    examples: [{ tasks: [exampleCreate] }],
  },
)

/** Schema of the body of a schedule preview: the schedule fields of a task, and how many times to list. */
export const SchedulePreview = Type.Object(
  {
    ...Type.Partial(
      Type.Object({
        scheduled_at: inputs.scheduled_at,
        frequency: inputs.frequency,
        unit: inputs.unit,
        cron: inputs.cron,
        time_zone: inputs.time_zone,
        calendar: inputs.calendar,
        calendar_rule: inputs.calendar_rule,
        spread_seconds: inputs.spread_seconds,
        ends_at: inputs.ends_at,
        max_runs: inputs.max_runs,
      }),
    ).properties,
    count: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, description: 'a whole number from 1 to 100' })),
  },
  {
    $id: 'SchedulePreview',
    additionalProperties: false,
    documented: scheduleOfCreate,
    description: 'a JSON object',
    examples: [{ cron: '30 2 * * MON-FRI', time_zone: 'Europe/Berlin', count: 3 }],
  },
)

/** Schema of a time of the pattern at which a task does not run, because of its calendar. */
const LeftOutSlot = Type.Object(
  {
    at: Time,
    note: nullable(Type.String(), 'the note of the day in the calendar'),
    moved_to: nullable(Time, 'when it runs instead; null if it does not'),
  },
  { $id: 'LeftOutSlot' },
)

/** Schema of a list of coming runs, with warnings about clock changes and the calendar. */
export const Upcoming = Type.Object(
  {
    upcoming: Type.Array(Time),
    starts: Type.Array(Time, {
      description: 'when it starts at each of these: later with a spread, by as much as its id says',
    }),
    left_out: Type.Array(LeftOutSlot, {
      description:
        'times of the pattern up to the last of these at which it does not run because of its calendar, 100 at most',
    }),
    warnings: Type.Array(Type.String()),
  },
  { $id: 'Upcoming' },
)

/** Schema of a task in a response. */
export const Task = Type.Object(
  {
    id: Id,
    service_id: Id,
    ...outputs,
    starts_at: nullable(Time, 'when it starts next: scheduled_at, and with a spread some seconds later'),
    runs_left: nullable(Type.Integer(), 'how many of its max_runs are left; null without a max_runs'),
    created_at: Time,
    updated_at: Time,
  },
  { $id: 'Task', examples: [exampleTask] },
)

/** Schema of an element of `recent`: an execution without its response. */
const RecentResult = Type.Object(
  {
    id: Id,
    status: ExecutionStatus,
    status_code: Type.Union([Type.Integer(), Type.Null()]),
    duration_ms: Type.Union([Type.Integer(), Type.Null()]),
    error: Type.Union([Type.String(), Type.Null()]),
    scheduled_for: Time,
    created_at: Time,
    queued_for: nullable(Time, 'while it is queued: when it is to be sent'),
  },
  { $id: 'RecentResult' },
)

/** Schema of an open alert of a task. */
export const OpenAlert = Type.Object(
  {
    id: Id,
    kind: oneOf('TaskAlertKind', ['failing', 'late', 'long'] as const),
    since: { ...Time, description: 'when it began: the first failure, the time it was due, the start of the run' },
    muted_until: nullable(Time, 'until when channels are not told of it; null while it is not muted'),
  },
  { $id: 'OpenAlert' },
)

/** Schema of since when and how often a task has failed. */
const Failing = Type.Object(
  {
    since: { ...Time, description: 'when the first of its failures in a row ended' },
    settled: Type.Integer({ minimum: 0, description: 'runs in a row that have failed with no attempt to follow' }),
    consecutive: Type.Integer({ minimum: 0, description: 'failures in a row, each attempt counted' }),
    error: nullable(Type.String(), 'what went wrong the last time'),
  },
  { $id: 'TaskFailing' },
)

/** Schema of the task set that a task belongs to. */
const OwnSet = Type.Object(
  {
    name: Type.String(),
    source: nullable(Type.String(), 'where the file came from, such as a commit, as the last apply said'),
    applied_at: { ...Time, description: 'when an apply last wrote the task' },
    changed: Type.Boolean({ description: 'whether the task was changed since, by something other than an apply' }),
  },
  { $id: 'OwnTaskSet' },
)

/**
 * Schema of a task in a list. With `include=recent` it has its last 20 results, newest first; with `include=alerts` its open
 * alerts, with `include=set` its task set. With `payload=false` it has no payload.
 */
export const TaskListed = Type.Object(
  {
    ...Task.properties,
    payload: Type.Optional(Task.properties.payload),
    recent: Type.Optional(Type.Array(RecentResult)),
    alerts: Type.Optional(Type.Array(OpenAlert)),
    failing: Type.Optional(nullable(Failing, 'since when and how often it has failed; null if it is not failing')),
    set: Type.Optional(nullable(OwnSet, 'the task set that it belongs to; null for none')),
  },
  { $id: 'TaskListed', examples: [exampleTask] },
)

/** Schema of a page of tasks that a cursor leads on from. */
export const TaskPage = cursorPageSchema(TaskListed, 'TaskPage')

/** The body of a create. */
export type TaskCreate = Static<typeof TaskCreate>
/** The body of an update. */
export type TaskUpdate = Static<typeof TaskUpdate>
/** An open alert of a task, as lists have it. */
export type OpenAlert = Static<typeof OpenAlert>
/** Since when and how often a task has failed, as lists have it. */
export type TaskFailing = Static<typeof Failing>
/** A task as the API returns it. */
export type Task = Static<typeof Task>
