import { type Static, Type } from '@sinclair/typebox'
import type { Sql } from '../database/sql.ts'
import { findFlow } from '../flows/queries.ts'
import { Id, nullable, oneOf, Time } from '../formats/schema.ts'
import { inUtc } from '../formats/time.ts'
import type { Caller } from '../http/caller.ts'
import { invalid } from '../http/errors.ts'
import { batchesMs } from '../http/timeout.ts'
import { inputs } from '../task-fields/fields.ts'
import { flowNameInput } from '../task-fields/flow-name.ts'
import { exactlyOne } from '../task-fields/openapi-patterns.ts'
import { checkUntil } from './pause-change.ts'
import { type NewStatus, updateStatuses } from './update-statuses.ts'

/** The most tasks that one request without ids changes, and the most that one statement does. */
const [mostTasks, batchTasks] = [10_000, 1_000]
/** Before every id. */
const firstId = '00000000-0000-0000-0000-000000000000'
const choices = ['ids', 'all', 'flow'] as const

/** Schema of the body of a change of many statuses. */
export const StatusChange = Type.Object(
  {
    ids: Type.Optional(Type.Array(Id, { minItems: 1, maxItems: 1000, description: 'an array of 1 to 1,000 ids' })),
    all: Type.Optional(Type.Boolean({ description: 'true, for all tasks of the service that are not disabled' })),
    flow: Type.Optional({
      ...flowNameInput,
      description: `the flow whose tasks are changed, those that are not disabled: ${flowNameInput.description}`,
    }),
    status: inputs.status,
    leave_out: Type.Optional(
      Type.Boolean({
        description:
          'with ids: true, to change what can be changed and be told what was left out and why; otherwise all or none of them are changed',
      }),
    ),
    until: Type.Optional(
      nullable(
        Time,
        'with status paused: when the tasks are active again by themselves; null, or left out: they stay paused',
      ),
    ),
  },
  {
    $id: 'TaskStatusChange',
    additionalProperties: false,
    documented: exactlyOne({ ids: {}, all: { const: true }, flow: {} }),
    description: 'a JSON object',
    examples: [{ ids: ['0198b0b4-2f1c-7c3a-9d55-6a3f5c1b2e10'], status: 'paused', until: '2026-12-24T08:00:00Z' }],
  },
)

const LeftOut = Type.Object(
  {
    id: Id,
    name: nullable(Type.String()),
    reason: oneOf('TaskLeftOutReason', ['no_run_to_come', 'not_found'] as const),
    message: Type.String({ description: 'the reason in words' }),
  },
  { $id: 'TaskLeftOut' },
)

/** Schema of the response to a change of many statuses. */
export const StatusesSet = Type.Object(
  {
    updated: Type.Integer({
      description:
        'with ids, how many of them are tasks of this service and have the status now; otherwise how many were changed',
    }),
    more: Type.Boolean({
      description: `whether tasks are left, because one request changes ${mostTasks} of them at most, and fewer where the database is slow: send it again`,
    }),
    changed: Type.Optional(
      Type.Array(
        Type.Object(
          { id: Id, status: inputs.status, paused_until: nullable(Time) },
          { $id: 'TaskStatusBefore', description: 'what a task had before' },
        ),
        {
          description:
            'with leave_out: the tasks that had another status or another end of their pause, with what they had',
        },
      ),
    ),
    left_out: Type.Optional(
      Type.Array(LeftOut, { description: 'with leave_out: the tasks that were not changed, and why' }),
    ),
  },
  { $id: 'TaskStatusesSet' },
)

type StatusChange = Static<typeof StatusChange>

/** How many tasks a request without ids changes at most, and how many a statement does. */
interface Limits {
  readonly most: number
  readonly batch: number
  /** For how long it begins another batch, in ms. */
  readonly ms: number
}

/**
 * Sets the status of the tasks that a request names by their ids, of all tasks of a service, or of those of a flow. See
 * `updateStatuses` for which of these are left. Without ids it works in batches, each of which is committed.
 * @param now the database's time, in ms
 * @throws ApiError 400 for a request that names its tasks in no way or in several, for a flow that does not exist, and for a wrong end
 */
export async function changeStatuses(
  sql: Sql,
  caller: Caller,
  body: StatusChange,
  now: number,
  limits: Limits = { most: mostTasks, batch: batchTasks, ms: batchesMs },
): Promise<Static<typeof StatusesSet>> {
  const { ids, flow, status } = body
  checkChoice(body)
  const change = { status, until: checkedEnd(body, now) }
  if (ids && body.leave_out) return changeSome(sql, caller, ids, change)
  if (ids) return { updated: (await updateStatuses(sql, caller, { ids }, change)).updated, more: false }
  const done = await changeInBatches(sql, caller, flow, change, limits)
  if (flow === undefined || done.updated > 0 || (await findFlow(sql, caller.serviceId, flow))) return done
  throw invalid([{ path: '/flow', message: `must be a flow of the service: GET /flows lists them; ${flow} is none` }])
}

/** Sets the status of those of the tasks that can have it, and says which were left out. */
async function changeSome(sql: Sql, caller: Caller, ids: readonly string[], change: NewStatus) {
  const { updated, changed, over, found } = await updateStatuses(sql, caller, { ids, leavesOut: true }, change)
  const known = new Set([...found, ...over.map(({ id }) => id)])
  const unknown = [...new Set(ids.map((id) => id.toLowerCase()))].filter((id) => !known.has(id))
  const left_out = [
    ...over.map((task) => ({
      ...task,
      reason: 'no_run_to_come' as const,
      message: 'It has run or has ended: give it a time first.',
    })),
    ...unknown.map((id) => ({ id, name: null, reason: 'not_found' as const, message: 'There is no such task.' })),
  ]
  return { updated, more: false, changed: [...changed], left_out }
}

async function changeInBatches(
  sql: Sql,
  caller: Caller,
  flow: string | undefined,
  change: NewStatus,
  { most, batch: limit, ms }: Limits,
) {
  const until = performance.now() + ms
  let [updated, after] = [0, firstId]
  do {
    const batch = await updateStatuses(sql, caller, { flow, after, limit }, change)
    updated += batch.updated
    if (batch.updated < limit || batch.last === null) return { updated, more: false }
    after = batch.last
  } while (updated < most && performance.now() < until)
  return { updated, more: true }
}

/** Checks that a request says in one way which tasks it changes. */
function checkChoice(body: StatusChange): void {
  const given = choices.filter((name) => body[name] !== undefined)
  if (body.leave_out && !body.ids)
    throw invalid([{ path: '/leave_out', message: 'is only for ids: leave it out with "all" or flow' }])
  if (body.all === false) throw invalid([{ path: '/all', message: 'must be true, or left out' }])
  if (given.length === 1) return
  const [, second] = given
  throw invalid([
    second === undefined
      ? { path: '/ids', message: 'is required, or "all": true, or flow', code: 'required' }
      : { path: `/${second}`, message: `cannot stand beside ${given[0]}: give ids, "all": true or flow` },
  ])
}

/**
 * Returns the end of a pause in UTC.
 * @throws ApiError 400 for a status other than paused, and for a time that is past
 */
function checkedEnd({ status, until }: StatusChange, now: number): string | null {
  if (!until) return null
  const errors =
    status === 'paused'
      ? checkUntil('/until', until, now)
      : [{ path: '/until', message: `is only for status paused: leave it out with status ${status}` }]
  if (errors.length > 0) throw invalid(errors)
  return inUtc(until)
}
