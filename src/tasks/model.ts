import { FormatRegistry, type Static, Type } from '@sinclair/typebox'
import { Id, nullable, oneOf, Time } from '../formats/schema.ts'
import { describeFormat } from '../http/validation-errors.ts'
import { units } from '../schedule/unit.ts'
import {
  changedSchedule,
  cronPattern,
  headerValue,
  methodInAnyCase,
  nameOfTask,
  replacedSchedule,
  storable,
  wholeSchedule,
  zoneName,
} from './documented.ts'
import { isHeaderValue, isName, isStorable, isWithin } from './limits.ts'
import { isTargetUrl, targetUrlPattern, urlFault } from './target-url.ts'

// A description is written so that it ends the sentence "must be …": it is the documentation and the error at once.
// `documented` is what only the OpenAPI document says: TypeBox counts a length in halves of surrogate pairs, and we do not.

FormatRegistry.Set('name', isName)
FormatRegistry.Set('search', (text) => isWithin(text, 200) && isStorable(text))
FormatRegistry.Set('target-url', isTargetUrl)
describeFormat('target-url', urlFault)
FormatRegistry.Set('header-value', isHeaderValue)
FormatRegistry.Set('payload', (text) => isStorable(text) && Buffer.byteLength(text) <= 262_144)
FormatRegistry.Set('method', (text) => /^(GET|POST|PUT|DELETE|OPTIONS)$/i.test(text))

export const methods = ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'] as const
export const statuses = ['active', 'paused', 'disabled'] as const
export type Method = (typeof methods)[number]
export type Status = (typeof statuses)[number]

export const StatusName = oneOf(statuses)

const fields = {
  name: Type.String({
    format: 'name',
    documented: { minLength: 1, maxLength: 200, pattern: nameOfTask },
    description: 'a name of 1 to 200 characters, not all of them spaces',
  }),
  url: Type.String({
    format: 'target-url',
    documented: { maxLength: 4096, pattern: targetUrlPattern },
    description: 'an http or https URL of at most 4096 characters, without user and password',
  }),
  header: Type.Object(
    {},
    {
      additionalProperties: Type.String({
        format: 'header-value',
        documented: { maxLength: 4096, pattern: headerValue },
        description: 'a string of visible ASCII of at most 4 KB',
      }),
      documented: { maxProperties: 64 },
      description: 'an object of request headers, name to value, at most 64',
    },
  ),
  payload: nullable(
    Type.String({
      format: 'payload',
      documented: { maxLength: 262_144, pattern: storable },
      description: 'a string of at most 256 KiB, kept but not sent with GET,',
    }),
  ),
  method: Type.Unsafe<string>(
    Type.String({
      format: 'method',
      documented: { pattern: methodInAnyCase },
      description: 'GET, POST, PUT, DELETE or OPTIONS, in any case',
    }),
  ),
  status: StatusName,
  scheduled_at: nullable(Time),
  frequency: nullable(
    Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'a whole number from 1 to 2147483647' }),
  ),
  unit: nullable(oneOf(units)),
  cron: nullable(
    Type.String({
      documented: { maxLength: 200, pattern: cronPattern },
      description:
        'a cron pattern of five fields (minute, hour, day of month, month, weekday), such as 30 2 * * MON-FRI,',
    }),
  ),
  time_zone: nullable(
    Type.String({
      documented: { pattern: zoneName },
      description: 'the IANA name of the time zone that cron is read in (UTC unless given), such as Europe/Berlin,',
    }),
  ),
  timeout_seconds: nullable(Type.Integer({ minimum: 1, maximum: 3600, description: 'a whole number from 1 to 3600' })),
  retries: Type.Integer({ minimum: 0, maximum: 10, description: 'a whole number from 0 to 10' }),
}

/** The body of a create, and of a PUT. */
export const TaskCreate = Type.Object(
  {
    ...Type.Partial(Type.Object(fields)).properties,
    name: fields.name,
    url: fields.url,
    method: fields.method,
  },
  { $id: 'TaskCreate', additionalProperties: false, documented: wholeSchedule, description: 'a JSON object' },
)

const readOnly = { id: Id, service_id: Id, created_at: Time, updated_at: Time }

/** The body of an update: any field of a task; those that only the server sets may stand there with their stored value. */
export const TaskUpdate = Type.Object(Type.Partial(Type.Object({ ...readOnly, ...fields })).properties, {
  $id: 'TaskUpdate',
  additionalProperties: false,
  documented: changedSchedule,
  description: 'a JSON object',
})

/** The body of a PUT: what a create needs, and likewise the server's own fields. */
export const TaskReplace = Type.Object(
  { ...Type.Partial(Type.Object(readOnly)).properties, ...TaskCreate.properties },
  { $id: 'TaskReplace', additionalProperties: false, documented: replacedSchedule, description: 'a JSON object' },
)

/** The body of a bulk create. */
export const TasksCreate = Type.Object(
  { tasks: Type.Array(TaskCreate, { minItems: 1, maxItems: 1000, description: 'an array of 1 to 1,000 tasks' }) },
  { additionalProperties: false, description: 'a JSON object' },
)

/** The schedule fields of a task, to see what they come to. */
export const SchedulePreview = Type.Object(
  {
    ...Type.Partial(
      Type.Object({
        scheduled_at: fields.scheduled_at,
        frequency: fields.frequency,
        unit: fields.unit,
        cron: fields.cron,
        time_zone: fields.time_zone,
      }),
    ).properties,
    count: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, description: 'a whole number from 1 to 100' })),
  },
  { additionalProperties: false, documented: wholeSchedule, description: 'a JSON object' },
)

/** Times to come. */
export const Upcoming = Type.Object(
  { upcoming: Type.Array(Time), warnings: Type.Array(Type.String()) },
  { $id: 'Upcoming' },
)

/** A task as it is answered. */
export const Task = Type.Object(
  {
    id: Id,
    service_id: Id,
    name: Type.String(),
    url: Type.String(),
    method: oneOf(methods),
    header: Type.Object(
      {},
      {
        additionalProperties: Type.String(),
        description: 'request headers; the value of a secret one is ********, and that sent back keeps it',
      },
    ),
    payload: Type.Union([Type.String(), Type.Null()]),
    status: StatusName,
    scheduled_at: Type.Union([Time, Type.Null()], { description: 'the next run; null once a run-once task has run' }),
    frequency: Type.Union([Type.Integer(), Type.Null()], {
      description: 'with unit how often it runs; null with cron, and for a task that runs once',
    }),
    unit: Type.Union([oneOf(units), Type.Null()]),
    cron: Type.Union([Type.String(), Type.Null()], { description: 'the pattern of the times at which it runs' }),
    time_zone: Type.Union([Type.String(), Type.Null()], { description: 'the zone that cron is read in' }),
    timeout_seconds: Type.Union([Type.Integer(), Type.Null()], { description: "null takes the server's default" }),
    retries: Type.Integer(),
    created_at: Time,
    updated_at: Time,
  },
  { $id: 'Task' },
)

/** One result in a list that includes the recent ones. */
const RecentResult = Type.Object({
  id: Id,
  status: Type.String(),
  status_code: Type.Union([Type.Integer(), Type.Null()]),
  duration_ms: Type.Union([Type.Integer(), Type.Null()]),
  error: Type.Union([Type.String(), Type.Null()]),
  scheduled_for: Time,
  created_at: Time,
})

/** A task as it stands in a list: with `include=recent` its last 20 results are there, newest first. */
export const TaskListed = Type.Object(
  { ...Task.properties, recent: Type.Optional(Type.Array(RecentResult)) },
  { $id: 'TaskListed' },
)

export type TaskCreate = Static<typeof TaskCreate>
export type TaskUpdate = Static<typeof TaskUpdate>
export type Task = Static<typeof Task>
