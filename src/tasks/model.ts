import { FormatRegistry, type Static, Type } from '@sinclair/typebox'
import { Id, Time } from '../formats/schema.ts'
import { changedSchedule, replacedSchedule, wholeSchedule } from '../task-fields/documented.ts'
import { answers, inputs, requiredInputs } from '../task-fields/fields.ts'
import { isStorable, isWithin } from '../task-fields/limits.ts'

FormatRegistry.Set('search', (text) => isWithin(text, 200) && isStorable(text))

/** The body of a create, and of a PUT. */
export const TaskCreate = Type.Object(
  {
    ...Type.Partial(Type.Object(inputs)).properties,
    ...requiredInputs,
  },
  { $id: 'TaskCreate', additionalProperties: false, documented: wholeSchedule, description: 'a JSON object' },
)

const readOnly = { id: Id, service_id: Id, created_at: Time, updated_at: Time }

/** The body of an update: any field of a task; those that only the server sets may stand there with their stored value. */
export const TaskUpdate = Type.Object(Type.Partial(Type.Object({ ...readOnly, ...inputs })).properties, {
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
        scheduled_at: inputs.scheduled_at,
        frequency: inputs.frequency,
        unit: inputs.unit,
        cron: inputs.cron,
        time_zone: inputs.time_zone,
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
  { id: Id, service_id: Id, ...answers, created_at: Time, updated_at: Time },
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
