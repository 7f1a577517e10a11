import { Type } from '@sinclair/typebox'
import type { Sql } from '../database/sql.ts'
import type { Caller } from '../http/caller.ts'
import { ApiError, invalid, taskNotFound } from '../http/errors.ts'
import { operation } from '../http/operation.ts'
import { nothingStored, type Secrets } from '../secrets/secrets.ts'
import { checkProfileUrl, onlyForHttps } from '../tls-profiles/uses.ts'
import { isReadBackText } from '../transitions/read-back.ts'
import type { ConditionalChange } from './change.ts'
import { changeTask } from './change-task.ts'
import { Task } from './model.ts'
import { findSecretNames, findTask, type StoredTask } from './queries.ts'
import { urlChangeFault } from './url-change.ts'
import { warningHeaders } from './warnings.ts'

// What the routes for a task by its id and those by its key share.

/** The header with the version of a task, for the OpenAPI document. */
export const etagHeader = { ETag: { description: 'The version of the task.', schema: { type: 'string' } } }
/** The header with the address of a new task, for the OpenAPI document. */
export const locationHeader = { Location: { description: 'Where the task stands.', schema: { type: 'string' } } }

/** Schema of the headers of a request that may apply to one version only. */
export const Conditions = Type.Object({
  'if-match': Type.Optional(
    Type.String({ description: "The task's ETag as it was read; when it is stale the answer is 412." }),
  ),
})

/** Returns a task as the response body, and sets its version as ETag. */
export function withEtag(set: { headers: Record<string, string | number> }, { version, ...task }: StoredTask): Task {
  set.headers.etag = `"${version}"`
  return task
}

/** Returns why an update changed nothing: there is no such task, or the condition did not hold. */
async function updateError(
  sql: Sql,
  serviceId: string,
  id: string,
  { change, condition }: ConditionalChange,
): Promise<ApiError> {
  const stored = await findTask(sql, serviceId, id)
  if (!stored) return taskNotFound()
  const changed = (['created_at', 'updated_at'] as const).filter(
    (name) => condition[name] !== undefined && !isReadBackText(condition[name], stored[name]),
  )
  if (changed.length > 0)
    return invalid(
      changed.map((name) => ({ path: `/${name}`, message: `cannot be changed; leave it out or send ${stored[name]}` })),
    )
  const retained = change.header?.retained ?? []
  const secret = retained.length > 0 ? await findSecretNames(sql, serviceId, id) : []
  const missing = Object.keys(change.header?.header ?? {}).filter((name) => {
    const lower = name.toLowerCase()
    return retained.includes(lower) && !secret.includes(lower)
  })
  if (missing.length > 0) return invalid(missing.map(nothingStored))
  const urlFault = change.target && urlChangeFault(change.target, stored)
  if (urlFault) return invalid([urlFault])
  const { tls_profile = stored.tls_profile, target } = change
  if (checkProfileUrl(target?.url ?? stored.url, tls_profile).length > 0) return invalid([onlyForHttps])
  return stale()
}

/** 412 for a task that has none of the versions in If-Match. */
export const stale = () =>
  new ApiError(
    'stale_version',
    'The task was changed since the version in If-Match. Read it again and repeat the change.',
  )

/**
 * Changes a task.
 * @throws ApiError 404 when there is no such task, 400 or 412 when the condition does not hold, and what `changeTask` throws
 */
export async function changeOrThrow(
  sql: Sql,
  caller: Caller,
  id: string,
  change: ConditionalChange,
  secrets: Secrets,
): Promise<StoredTask> {
  const row = await changeTask(sql, caller, id, change, secrets)
  if (!row) throw await updateError(sql, caller.serviceId, id, change)
  return row
}

/** Returns the OpenAPI Operation Object of a change. */
export const changeOperation = (id: string, summary: string) =>
  operation(
    id,
    summary,
    {
      status: 200,
      description: 'The task as it is now.',
      schema: Task,
      headers: { ...etagHeader, ...warningHeaders },
    },
    [400, 404, 409, 412, 413, 415],
  )
