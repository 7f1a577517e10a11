import { type Static, Type } from '@sinclair/typebox'
import { Id, nullable, oneOf, Time } from '../formats/schema.ts'
import { inputs } from '../task-fields/fields.ts'
import { OpenAlert } from '../tasks/model.ts'

/** What failing tasks are told apart by: those that broke in the last hour, those before, and those that are not tried again. */
export const failingParts = ['recent', 'older', 'stopped'] as const

/** A part of the failing tasks. */
export type FailingPart = (typeof failingParts)[number]

const fields = {
  task_id: Id,
  name: Type.String(),
  since: Type.String({ format: 'date-time', description: 'when the first of its failures in a row ended' }),
  consecutive: Type.Integer({ minimum: 0, description: 'failures in a row, each attempt counted' }),
  settled: Type.Integer({
    minimum: 0,
    description:
      'runs in a row that have failed with no attempt to follow; 0 while the first of them is still repeated',
  }),
  error: nullable(Type.String(), 'what went wrong the last time'),
  status: { ...inputs.status, description: 'active; paused or disabled, which is not tried again by itself' },
  scheduled_at: nullable(
    Time,
    'when it is due next; null for a task that has run or has ended. A paused or disabled task does not run then',
  ),
}

/** Schema of a failing task. */
export const FailingTask = Type.Object(fields, { $id: 'FailingTask' })

/** Schema of a failing task with its open alert. */
export const FailingTaskListed = Type.Object(
  {
    ...fields,
    queued_for: nullable(Time, 'when its next attempt or run is to be sent, if one waits; null for none'),
    alert: nullable(OpenAlert, 'its open alert; null for none'),
  },
  { $id: 'FailingTaskListed' },
)

const FailingGroup = Type.Object(
  {
    group: Type.String({ description: 'names the group in GET /overview/failing' }),
    target: Type.String({ description: 'host and port of their URLs' }),
    error: nullable(Type.String(), 'what went wrong the last time with each of them'),
    tasks: Type.Integer({ minimum: 1, description: 'how many tasks are in it' }),
    since: { ...Time, description: 'since when the one fails that has failed longest' },
    newest: FailingTaskListed,
  },
  { $id: 'FailingGroup', description: 'failing tasks with the same error at the same host' },
)

const FailingGroups = (description: string) =>
  Type.Object(
    {
      tasks: Type.Integer({ minimum: 0, description: 'how many tasks' }),
      groups: Type.Integer({ minimum: 0, description: 'how many groups they make' }),
      listed: Type.Array(FailingGroup, {
        maxItems: 1000,
        description: 'the groups, the one with the newest failing task first; as many as `groups` of the query says',
      }),
    },
    { $id: 'FailingGroups', description },
  )

/** Schema of the failing tasks in groups. */
export const FailingParts = Type.Object(
  {
    recent: FailingGroups('those that broke in the last hour'),
    older: FailingGroups('those that have failed for longer'),
    stopped: FailingGroups(
      'those that are not tried again by themselves: they are paused or disabled, or have run or ended more than an hour ago',
    ),
  },
  {
    $id: 'FailingParts',
    description:
      'failing tasks, those with the same error at the same host together; of more than 10,000 those that broke last',
  },
)

/** Schema of the query parameter `part`. */
export const failingPart = oneOf('FailingPart', failingParts)

/** The failing tasks in groups. */
export type FailingParts = Static<typeof FailingParts>
/** A failing task with its open alert. */
export type FailingTaskListed = Static<typeof FailingTaskListed>
