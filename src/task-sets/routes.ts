import { type Static, Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { BatchStart } from '../database/bounded-batch.ts'
import type { Sql } from '../database/sql.ts'
import { Id, nullable, Time } from '../formats/schema.ts'
import { cursorPageSchema, cursorParameters, cursorResponse, linkHeader } from '../http/cursor-page.ts'
import { ApiError } from '../http/errors.ts'
import { textBody } from '../http/json-stream.ts'
import { releaseReservations } from '../http/memory-budget.ts'
import { operation } from '../http/operation.ts'
import { noQuery } from '../http/query.ts'
import { type Authenticate, readBody, requireService } from '../http/require-service.ts'
import { mebibyte } from '../http/strict-json.ts'
import { withTimeoutPaused } from '../http/timeout.ts'
import type { TaskRules } from '../tasks/input.ts'
import { apply } from './apply.ts'
import { stateOf } from './drift.ts'
import { Plan, SetApply, SetName, SetPlan, TaskSet } from './model.ts'
import { planSet } from './plan-set.ts'
import { deleteSet, findSet, listMembers, listSets, setPosition } from './queries.ts'

const oneSet = Type.Object({ setName: SetName })
const TaskSetState = Type.Object(
  {
    ...TaskSet.properties,
    drifted: Type.Integer({ description: 'how many of its tasks were changed by hand since the last apply' }),
    missing: Type.Integer({ description: 'how many of its tasks were deleted' }),
  },
  { $id: 'TaskSetState' },
)
const MemberState = Type.Object(
  {
    key: Type.String(),
    task_id: Id,
    name: nullable(Type.String(), 'null if the task was deleted'),
    applied_at: Time,
    drift: Type.Record(
      Type.String(),
      Type.Object({ applied: Type.Unknown(), stored: Type.Unknown() }, { $id: 'TaskSetDrift' }),
      { description: 'the fields that were changed by hand since; secret values are masked' },
    ),
    missing: Type.Boolean({ description: 'whether the task was deleted' }),
  },
  { $id: 'TaskSetMember' },
)

const memberPosition = Type.Object({ key: Type.String() })
type MemberPosition = Static<typeof memberPosition>

const drifted = Type.String({
  pattern: '^(true|false)$',
  description: 'true or false: only those that were changed or deleted by hand, or only the others',
})

const notFound = () => new ApiError('task_set_not_found', 'There is no task set with this name.')

/** Creates the routes for task sets: plan, apply, list, get, members and forget. */
export function taskSetRoutes(sql: Sql, authenticate: Authenticate, rules: TaskRules) {
  const states = async (serviceId: string, name: string) => {
    const now = rules.ids.clock.now()
    return (await listMembers(sql, serviceId, name)).map((member) => stateOf(rules.secrets, member, now))
  }
  const isDrifted = ({ drift }: { readonly drift: object }) => Object.keys(drift).length > 0
  const isWanted = (wanted: string | undefined) => (state: { readonly drift: object; readonly missing: boolean }) =>
    wanted === undefined || (isDrifted(state) || state.missing) === (wanted === 'true')
  const answer = async (request: Request, serviceId: string, plan: Plan) => {
    const json = JSON.stringify(plan)
    // The request body is no longer needed. Without this its reservation and that of the response would add up.
    releaseReservations(request)
    return new Response(await textBody(serviceId, json), {
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    })
  }
  const parse = readBody(authenticate, 16 * mebibyte)
  return new Elysia({ name: 'task-sets', prefix: '/task-sets', normalize: false, tags: ['task-sets'] })
    .use(requireService(authenticate))
    .post(
      '/:setName/plan',
      ({ caller, serviceId, params: { setName }, body, request }) =>
        withTimeoutPaused(request, async () => {
          const { plan } = await planSet(sql, rules, caller, setName, body)
          return answer(request, serviceId, plan)
        }),
      {
        ...{ parse, params: oneSet, query: noQuery, body: SetPlan },
        scope: 'read',
        detail: operation(
          'planTaskSet',
          'Say what an apply of the tasks of a set would change',
          { status: 200, description: 'The plan. Nothing was changed.', schema: Plan },
          [400, 413, 415],
        ),
      },
    )
    .post(
      '/:setName/apply',
      ({ caller, serviceId, params: { setName }, body, request }) =>
        withTimeoutPaused(request, async () =>
          answer(request, serviceId, await apply(sql, rules, caller, setName, body)),
        ),
      {
        ...{ parse, params: oneSet, query: noQuery, body: SetApply },
        scope: 'write',
        detail: operation(
          'applyTaskSet',
          'Make the tasks of a set what the request says, all or none; the same request again changes nothing',
          { status: 200, description: 'What was done.', schema: Plan },
          [400, 409, 413, 415],
        ),
      },
    )
    .get(
      '/',
      ({ request, serviceId, query }) =>
        cursorResponse({
          ...{ request, serviceId, query, list: [], position: setPosition },
          read: (start) => listSets(sql, serviceId, start),
        }),
      {
        query: Type.Object(cursorParameters, { additionalProperties: false }),
        scope: 'read',
        detail: operation(
          'listTaskSets',
          'List the task sets of the service, by name',
          {
            ...{ status: 200, headers: linkHeader, revalidates: true },
            description: 'One page; 100 records by default. `next_cursor` is the `cursor` of the next page.',
            schema: cursorPageSchema(TaskSet, 'TaskSetPage'),
          },
          [400],
        ),
      },
    )
    .get(
      '/:setName',
      async ({ serviceId, params: { setName } }) => {
        const set = await findSet(sql, serviceId, setName)
        if (!set) throw notFound()
        const members = await states(serviceId, setName)
        const drifted = members.filter(isDrifted).length
        return { ...set, drifted, missing: members.filter(({ missing }) => missing).length }
      },
      {
        ...{ params: oneSet, query: noQuery },
        scope: 'read',
        detail: operation(
          'getTaskSet',
          'Get a task set, and how many of its tasks were changed by hand since the last apply',
          { status: 200, description: 'The set.', schema: TaskSetState },
          [400, 404],
        ),
      },
    )
    .get(
      '/:setName/members',
      async ({ request, serviceId, query: { drifted, ...query }, params: { setName } }) => {
        if (!(await findSet(sql, serviceId, setName))) throw notFound()
        const list = [setName, drifted ?? '']
        const read = async ({ last, limit }: BatchStart<MemberPosition>) => {
          const read = await listMembers(sql, serviceId, setName, last?.key, limit + 1)
          const page = read.slice(0, limit)
          const now = rules.ids.clock.now()
          const shown = page.map((member) => stateOf(rules.secrets, member, now)).filter(isWanted(drifted))
          return {
            ...{
              json: shown.length === 0 ? null : shown.map((state) => JSON.stringify(state)).join(','),
              count: shown.length,
            },
            last: { key: page.at(-1)?.member_key ?? '' },
            more: read.length > limit,
          }
        }
        return cursorResponse({ request, serviceId, query, list, position: memberPosition, read })
      },
      {
        params: oneSet,
        query: Type.Object({ ...cursorParameters, drifted: Type.Optional(drifted) }, { additionalProperties: false }),
        scope: 'read',
        detail: operation(
          'listTaskSetMembers',
          'List the tasks of a set by key, and which fields were changed by hand since the last apply',
          {
            ...{ status: 200, headers: linkHeader, revalidates: true },
            description:
              'One page; 100 records by default. `next_cursor` is the `cursor` of the next page. With `drifted` a page may have fewer records.',
            schema: cursorPageSchema(MemberState, 'TaskSetMemberPage'),
          },
          [400, 404],
        ),
      },
    )
    .delete(
      '/:setName',
      async ({ caller, params: { setName } }) => {
        if (!(await deleteSet(sql, caller, setName))) throw notFound()
        return new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } })
      },
      {
        ...{ params: oneSet, query: noQuery },
        scope: 'write',
        detail: operation(
          'deleteTaskSet',
          'Forget a task set; its tasks stay, and belong to no set',
          { status: 204, description: 'It is forgotten.' },
          [400, 404],
        ),
      },
    )
}
