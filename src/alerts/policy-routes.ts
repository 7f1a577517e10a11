import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Sql } from '../database/sql.ts'
import { Id } from '../formats/schema.ts'
import type { Caller } from '../http/caller.ts'
import { cursorResponse } from '../http/cursor-page.ts'
import { ApiError, invalid, taskNotFound } from '../http/errors.ts'
import { listRoute } from '../http/list-route.ts'
import { operation } from '../http/operation.ts'
import { noQuery } from '../http/query.ts'
import { type Authenticate, readBody, requireService } from '../http/require-service.ts'
import { mebibyte } from '../http/strict-json.ts'
import { type Label, LabelParameter, readLabel } from '../task-fields/one-label.ts'
import { deletePolicy, maxPolicies, putPolicy } from './policies.ts'
import { AlertPolicy, AlertPolicyPage, AlertPolicyPut, policyFaults, readPolicy, shownBuiltIn } from './policy-model.ts'
import { findPolicy, listBatch, policyPosition } from './policy-queries.ts'
import type { PolicyScope } from './policy-scope.ts'

const tooMany = () =>
  new ApiError(
    'too_many_alert_policies',
    `A service may have ${maxPolicies} alert policies, and this one has as many: delete one first, or set one for a label instead of many for tasks.`,
  )

const notFound = (scope: PolicyScope) => {
  const whose = scope === 'default' ? 'service' : 'label' in scope ? 'label' : 'task'
  return new ApiError(
    'alert_policy_not_found',
    whose === 'service'
      ? 'The service has set no default alert policy; the built-in one holds.'
      : `The ${whose} has no alert policy of its own.`,
  )
}

/** Returns a policy. @throws ApiError 404 for an unknown task, and for a task or a label without a policy */
async function getPolicy(sql: Sql, serviceId: string, scope: PolicyScope): Promise<AlertPolicy> {
  const found = await findPolicy(sql, serviceId, scope)
  if (found === undefined) throw taskNotFound()
  if (found) return found
  if (scope === 'default') return shownBuiltIn
  throw notFound(scope)
}

/** Sets a policy. @throws ApiError 400 for channels that do not exist, 404 for an unknown task, 409 at the limit */
async function setPolicy(sql: Sql, caller: Caller, scope: PolicyScope, body: AlertPolicyPut) {
  const fields = readPolicy(body)
  const faults = policyFaults(fields)
  if (faults.length > 0) throw invalid(faults)
  const { has_subject, missing, existed, policy } = await putPolicy(sql, caller, scope, fields)
  if (!has_subject) throw taskNotFound()
  if (missing.length > 0)
    throw invalid(
      missing.map((id) => ({
        path: `/channels/${(body.channels ?? []).findIndex((given) => given.toLowerCase() === id)}`,
        message: `names the channel ${id}, which does not exist: GET /channels lists those of the service`,
      })),
    )
  if (!policy) throw tooMany()
  return { policy, isNew: !existed }
}

/** What differs between the policies of the service, of a task and of a label. */
interface Kind {
  readonly path: string
  /** Schema of the parameters of the address, if it has any. */
  readonly params?: ReturnType<typeof Type.Object>
  readonly scopeOf: (params: object) => PolicyScope
  /** The end of the operation ids, and what the summaries call it. */
  readonly id: string
  readonly called: string
}

const ofService: Kind = {
  path: '/alert-policy',
  scopeOf: () => 'default',
  id: 'DefaultAlertPolicy',
  called: 'the default alert policy of the service',
}

const ofTask: Kind = {
  path: '/tasks/:taskId/alert-policy',
  params: Type.Object({ taskId: Id }),
  scopeOf: (params) => ({ taskId: (params as { taskId: string }).taskId }),
  id: 'TaskAlertPolicy',
  called: 'the alert policy of a task',
}

const ofLabel: Kind = {
  path: '/labels/:label/alert-policy',
  params: Type.Object({ label: LabelParameter }),
  scopeOf: (params) => ({ label: readLabel((params as { label: string }).label) as Label }),
  id: 'LabelAlertPolicy',
  called: 'the alert policy of the tasks that have a label',
}

/** Creates the routes of one kind of policies. */
function routesOf({ path, params, scopeOf, id, called }: Kind, sql: Sql, authenticate: Authenticate) {
  const address = { ...(params ? { params } : {}), query: noQuery }
  return new Elysia({ name: `alert-policy ${path}`, normalize: false, tags: ['alerts'] })
    .use(requireService(authenticate))
    .get(path, ({ serviceId, params: given }) => getPolicy(sql, serviceId, scopeOf(given)), {
      ...address,
      scope: 'read',
      detail: operation(
        `get${id}`,
        `Get ${called}`,
        { status: 200, description: 'The policy.', schema: AlertPolicy },
        id === ofService.id ? [400] : [400, 404],
      ),
    })
    .put(
      path,
      async ({ caller, params: given, body, set }) => {
        const { policy, isNew } = await setPolicy(sql, caller, scopeOf(given), body)
        if (isNew) set.status = 201
        return policy
      },
      {
        parse: readBody(authenticate, mebibyte),
        ...address,
        scope: 'write',
        body: AlertPolicyPut,
        detail: operation(
          `set${id}`,
          `Set ${called}. What is left out is as in the built-in policy`,
          { status: 200, description: 'There was a policy, and it is this now.', schema: AlertPolicy },
          [400, ...(id === ofTask.id ? [404] : []), 409, 413, 415],
          { status: 201, description: 'The new policy.', schema: AlertPolicy },
        ),
      },
    )
    .delete(
      path,
      async ({ caller, params: given }) => {
        const scope = scopeOf(given)
        const deleted = await deletePolicy(sql, caller, scope)
        if (deleted === undefined) throw taskNotFound()
        if (!deleted) throw notFound(scope)
        return new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } })
      },
      {
        ...address,
        scope: 'write',
        detail: operation(
          `delete${id}`,
          `Delete ${called}`,
          { status: 204, description: 'It is gone; the next one that applies holds.' },
          [400, 404],
        ),
      },
    )
}

/** Creates the routes of alert policies: the default of the service, those of tasks and of labels, and their list. */
export function policyRoutes(sql: Sql, authenticate: Authenticate) {
  return new Elysia({ name: 'alert-policies', normalize: false, tags: ['alerts'] })
    .use(requireService(authenticate))
    .use(routesOf(ofService, sql, authenticate))
    .use(routesOf(ofTask, sql, authenticate))
    .use(routesOf(ofLabel, sql, authenticate))
    .get(
      '/alert-policies',
      ({ request, serviceId, query }) =>
        cursorResponse({
          request,
          serviceId,
          query,
          list: [],
          position: policyPosition,
          read: (start) => listBatch(sql, serviceId, start),
        }),
      listRoute('listAlertPolicies', 'List the alert policies that the service has set, oldest first', AlertPolicyPage),
    )
}
