import { type Static, Type } from '@sinclair/typebox'
import { Id, nullable, oneOf, Time } from '../formats/schema.ts'
import { inputs, requiredInputs } from '../task-fields/fields.ts'
import { Key } from '../task-fields/identity.ts'

/** How many tasks a set may have. */
export const maxTasks = 5_000

/** Schema of the name of a task set. The constraint `task_set_name_has_form` has the same pattern. */
export const SetName = Type.String({
  pattern: '^[a-z0-9][a-z0-9._-]{0,62}$',
  description: 'a name of 1 to 63 of the characters a-z, 0-9, ., _ and -, which begins with a letter or a digit',
})

const { key: _key, ...optional } = inputs
const { name: _name, ...required } = requiredInputs

/** Schema of a task in the file of a set: the fields of a create without `key`. A new task without a name is named after its key. */
export const SetTask = Type.Object(
  { ...Type.Partial(Type.Object(optional)).properties, ...required },
  { $id: 'SetTask', additionalProperties: false, description: 'an object with the fields of a task, without key' },
)
export type SetTask = Static<typeof SetTask>

const Move = Type.Object(
  { from: Key, to: Key },
  {
    $id: 'TaskMove',
    additionalProperties: false,
    description: 'an object with from and to, the old key and the new one',
  },
)

const wanted = {
  tasks: Type.Record(Type.String(), SetTask, {
    maxProperties: maxTasks,
    description: `an object with the tasks by their keys, ${maxTasks} at most`,
  }),
  moved: Type.Optional(
    Type.Array(Move, {
      maxItems: maxTasks,
      description: 'an array of tasks that have another key now, each with from and to',
    }),
  ),
  prune: Type.Optional(
    Type.Union([Type.Boolean({ $id: 'PruneOrNot' }), oneOf('PruneAction', ['delete', 'pause'])], {
      $id: 'Prune',
      description: 'false, "delete" (also true) or "pause": what happens to tasks of the set that are not in tasks',
    }),
  ),
  adopt: Type.Optional(Type.Boolean({ description: 'true or false' })),
  allow_empty: Type.Optional(Type.Boolean({ description: 'true or false' })),
  max_deletes: Type.Optional(
    Type.Integer({ minimum: 0, maximum: maxTasks, description: `a whole number from 0 to ${maxTasks}` }),
  ),
}
const examples = [
  { tasks: { 'reports/nightly': { url: 'https://example.com/reports', method: 'POST', cron: '30 2 * * *' } } },
]

/** Schema of the body of a plan. */
export const SetPlan = Type.Object(wanted, {
  $id: 'TaskSetPlan',
  additionalProperties: false,
  description: 'a JSON object',
  examples,
})
export type SetPlan = Static<typeof SetPlan>

/** Schema of the body of an apply. */
export const SetApply = Type.Object(
  {
    ...wanted,
    digest: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$', description: 'the digest of a plan' })),
    source: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        pattern: '^[^\\x00]*$',
        description: 'a text of 1 to 200 characters',
      }),
    ),
  },
  { $id: 'TaskSetApply', additionalProperties: false, description: 'a JSON object', examples },
)
export type SetApply = Static<typeof SetApply>

/** What a plan does with a task. */
export const actions = [
  'create',
  'update',
  'move',
  'adopt',
  'delete',
  'pause',
  'keep',
  'unchanged',
  'conflict',
] as const
export type Action = (typeof actions)[number]

const FieldChange = Type.Object(
  {
    before: Type.Unknown({ description: 'what is stored; secret values are masked' }),
    after: Type.Unknown({ description: 'what it becomes; secret values are masked' }),
    drift: Type.Boolean({ description: 'whether somebody has changed the field by hand since the last apply' }),
  },
  { $id: 'TaskSetFieldChange' },
)

const Change = Type.Object(
  {
    key: Type.String(),
    action: oneOf('TaskSetAction', actions),
    from: nullable(Type.String(), 'the key that it had; null if that stays'),
    task_id: nullable(Id, 'null for a new task'),
    name: Type.String(),
    fields: Type.Record(Type.String(), FieldChange),
    secrets: Type.Array(Type.String(), {
      description: 'names of the secret headers, or /url, that get another value: before and after do not show them',
    }),
    reason: nullable(Type.String(), 'why it is a conflict, or what is special; null for nothing'),
  },
  { $id: 'TaskSetChange' },
)
export type Change = Static<typeof Change>

const Refusal = Type.Object(
  {
    code: oneOf('TaskSetRefusalCode', ['conflicts', 'too_many_deletes', 'empty']),
    message: Type.String(),
  },
  { $id: 'TaskSetRefusal' },
)
export type Refusal = Static<typeof Refusal>

/** Schema of a plan, and of what an apply has done. */
export const Plan = Type.Object(
  {
    set: Type.String(),
    revision: Type.Integer({ description: 'of the set; 0 if there is none. In the answer to an apply the new one' }),
    digest: Type.String({ description: 'of what the plan changes, for an apply' }),
    changes: Type.Array(Change, { description: 'one for each task of the request and of the set, by key' }),
    refused: Type.Array(Refusal, { description: 'why an apply would be refused; empty if it would not be' }),
    warnings: Type.Array(Type.Object({ key: Type.String(), message: Type.String() }, { $id: 'TaskSetWarning' })),
    summary: Type.Object(Object.fromEntries(actions.map((action) => [action, Type.Integer()])), {
      $id: 'TaskSetSummary',
      description: 'how many changes of each action there are',
    }),
  },
  { $id: 'TaskSetPlanned' },
)
export type Plan = Static<typeof Plan>

const common = {
  name: Type.String(),
  revision: Type.Integer({ description: 'how many applies have changed something' }),
  actor: nullable(Type.String(), 'who applied it last: the name of a token, or its beginning'),
  source: nullable(Type.String(), 'where the file came from, such as a commit, as the last apply said'),
  created_at: Time,
  applied_at: Time,
  members: Type.Integer({ description: 'how many tasks it has' }),
}

/** Schema of a task set in a list. */
export const TaskSet = Type.Object(common, { $id: 'TaskSet' })
export type TaskSet = Static<typeof TaskSet>
