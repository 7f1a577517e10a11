import { type Static, Type } from '@sinclair/typebox'
import { ExecutionStatus } from '../../formats/execution-status.ts'
import { Id, nullable, oneOf, Time } from '../../formats/schema.ts'
import { labelLimits } from '../../task-fields/labels.ts'
import { statuses } from '../../task-fields/statuses.ts'
import { filterParameters, timeParameters } from './parameters.ts'

/** The most tasks that one request runs, and the most executions of theirs that it looks at. */
export const [mostTasks, mostExecutions] = [1_000, 20_000]

const { from, to } = timeParameters('by when they were created, or with status failed alone by when they failed')

/** Schema of a request that runs the tasks again whose executions match. */
export const RunAgain = Type.Object(
  {
    ...filterParameters,
    from: { ...Time, description: from.description },
    to: Type.Optional({ ...to, description: `${to.description}; a later one than now is taken for now, the default` }),
    status: Type.Optional(
      Type.Array(ExecutionStatus, { minItems: 1, maxItems: 5, description: 'an array of statuses; all by default' }),
    ),
    label: Type.Optional(
      Type.Array(Type.String(), {
        maxItems: labelLimits.count,
        description: 'labels that the task must have, all of them, each as NAME=VALUE, or as NAME for any value',
      }),
    ),
    status_code: Type.Optional(
      Type.Integer({ minimum: 100, maximum: 999, description: 'an HTTP status from 100 to 999' }),
    ),
    only_failing: Type.Optional(
      Type.Boolean({ description: 'true: only tasks that are failing now; those that are well are left out' }),
    ),
    dry_run: Type.Optional(Type.Boolean({ description: 'true: only answers what it would lead to' })),
  },
  {
    $id: 'RunAgain',
    additionalProperties: false,
    description: 'a JSON object',
    examples: [{ status: ['failed'], from: '2026-11-29T02:00:00Z', to: '2026-11-29T03:00:00Z', dry_run: true }],
  },
)

const task = {
  task_id: Id,
  executions: Type.Integer({ minimum: 1, description: 'how many of it match' }),
}

const TaskRunAgain = Type.Object(
  {
    ...task,
    task_name: Type.String(),
    task_key: nullable(Type.String(), 'null without one'),
    task_status: oneOf('TaskRunAgainStatus', statuses),
    execution_id: nullable(Type.String({ format: 'uuid' }), 'of the run that was queued; null with dry_run'),
  },
  { $id: 'TaskRunAgain' },
)

const TaskNotRunAgain = Type.Object(
  {
    ...task,
    task_name: nullable(Type.String(), 'null if nothing is known of it any more'),
    reason: oneOf('NotRunAgainReason', ['busy', 'deleted', 'well'] as const),
    message: Type.String({ description: 'the reason in words' }),
  },
  { $id: 'TaskNotRunAgain' },
)

/** Schema of what running again leads to. */
export const RanAgain = Type.Object(
  {
    executions: Type.Integer({ minimum: 0, description: `how many match; ${mostExecutions} at most` }),
    to: {
      ...Time,
      description: 'before which executions were looked at: with it a dry run and what follows it match the same',
    },
    tasks: Type.Array(TaskRunAgain, {
      maxItems: mostTasks,
      description: 'the tasks that run now, or would, each once, by name',
    }),
    left_out: Type.Array(TaskNotRunAgain, {
      maxItems: mostTasks,
      description: 'the tasks that do not, and why, by name',
    }),
  },
  { $id: 'RanAgain' },
)

/** A request that runs tasks again. */
export type RunAgain = Static<typeof RunAgain>
/** What running again leads to. */
export type RanAgain = Static<typeof RanAgain>
