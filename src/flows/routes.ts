import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Sql } from '../database/sql.ts'
import { Id } from '../formats/schema.ts'
import { cursorParameters, cursorResponse } from '../http/cursor-page.ts'
import { ApiError, invalid } from '../http/errors.ts'
import { inUse } from '../http/in-use.ts'
import { listRoute } from '../http/list-route.ts'
import { operation } from '../http/operation.ts'
import { noQuery } from '../http/query.ts'
import { type Authenticate, readBody, requireService } from '../http/require-service.ts'
import { mebibyte } from '../http/strict-json.ts'
import { Flow, FlowName, FlowPage, FlowPut, maxFlows } from './model.ts'
import { findFlow, flowPosition, listBatch } from './queries.ts'
import { deleteFlow, type NewFlow, putFlow } from './writes.ts'

const oneFlow = Type.Object({ flowName: FlowName })

const ListQuery = Type.Object(
  {
    ...cursorParameters,
    task_id: Type.Optional({ ...Id, description: `${Id.description}: only the flow that limits this task` }),
  },
  { additionalProperties: false },
)

const notFound = () => new ApiError('flow_not_found', 'There is no flow with this name.')

const changeFirst = 'Set their flow to another one or to null first.'

/** Part of what a rate allows in a second that may start at once, unless the burst is given. */
const burstShare = 0.1

/** Returns the flow that a body describes. @throws ApiError 400 for a period or a burst without a rate */
function toFlow(name: string, body: FlowPut): NewFlow {
  const { target = null, concurrency = null, rate = null, period_seconds = null, burst = null, paused = false } = body
  const base = { name, target: target?.toLowerCase() ?? null, concurrency, paused }
  if (rate !== null) {
    const period = period_seconds ?? 1
    const usual = Math.max(1, Math.ceil((rate / period) * burstShare))
    return { ...base, rate, period_seconds: period, burst: burst ?? usual }
  }
  const alone = Object.entries({ period_seconds, burst }).filter(([, value]) => value !== null)
  if (alone.length > 0)
    throw invalid(
      alone.map(([field]) => ({ path: `/${field}`, message: 'is only for a flow with a rate: give rate too' })),
    )
  return { ...base, rate, period_seconds, burst }
}

/** Creates the routes for flows: list, get, set and delete. */
export function flowRoutes(sql: Sql, authenticate: Authenticate) {
  return new Elysia({ name: 'flows', prefix: '/flows', normalize: false, tags: ['flows'] })
    .use(requireService(authenticate))
    .get(
      '/',
      ({ request, serviceId, query }) =>
        cursorResponse({
          request,
          serviceId,
          query,
          list: [query.task_id?.toLowerCase() ?? null],
          position: flowPosition,
          read: (start) => listBatch(sql, serviceId, query.task_id, start),
        }),
      { ...listRoute('listFlows', 'List the flows of the service, by name', FlowPage), query: ListQuery },
    )
    .get(
      '/:flowName',
      async ({ serviceId, params: { flowName } }) => {
        const flow = await findFlow(sql, serviceId, flowName)
        if (!flow) throw notFound()
        return flow
      },
      {
        params: oneFlow,
        query: noQuery,
        scope: 'read',
        detail: operation(
          'getFlow',
          'Get a flow, and what waits in it',
          { status: 200, description: 'The flow.', schema: Flow },
          [400, 404],
        ),
      },
    )
    .put(
      '/:flowName',
      async ({ caller, params: { flowName }, body, set }) => {
        const written = await putFlow(sql, caller, toFlow(flowName, body)).catch(targetTaken)
        if (!written)
          throw new ApiError(
            'too_many_flows',
            `A service may have ${maxFlows} flows, and this one has as many: delete one first.`,
          )
        if (written.isNew) set.status = 201
        return written.flow
      },
      {
        parse: readBody(authenticate, mebibyte),
        params: oneFlow,
        query: noQuery,
        scope: 'write',
        body: FlowPut,
        detail: operation(
          'setFlow',
          'Set a flow: how many calls run at once, and how many start in a time',
          { status: 200, description: 'The flow was there, and is this now.', schema: Flow },
          [400, 409, 413, 415],
          { status: 201, description: 'The new flow.', schema: Flow },
        ),
      },
    )
    .delete(
      '/:flowName',
      async ({ caller, params: { flowName } }) => {
        const result = await deleteFlow(sql, caller, flowName)
        if (!result) throw notFound()
        if (!result.deleted) throw inUse('flow_in_use', `the flow ${flowName}`, result, changeFirst)
        return new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } })
      },
      {
        params: oneFlow,
        query: noQuery,
        scope: 'write',
        detail: operation(
          'deleteFlow',
          'Delete a flow that no task names',
          { status: 204, description: 'It is gone. Nothing limits the tasks of its target any more.' },
          [400, 404, 409],
        ),
      },
    )
}

/** Converts the violation of the constraint that a target has one flow. */
function targetTaken(error: unknown): never {
  if ((error as { constraint_name?: string }).constraint_name !== 'flow_target_unique_in_service') throw error
  throw new ApiError(
    'flow_target_taken',
    'Another flow of this service has this target: GET /flows shows which. Change that one, or delete it first.',
  )
}
