import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Sql } from '../database/sql.ts'
import { cursorResponse } from '../http/cursor-page.ts'
import { ApiError, invalid } from '../http/errors.ts'
import { inUse } from '../http/in-use.ts'
import { listRoute } from '../http/list-route.ts'
import { operation } from '../http/operation.ts'
import { noQuery } from '../http/query.ts'
import { type Authenticate, readBody, requireService } from '../http/require-service.ts'
import { mebibyte } from '../http/strict-json.ts'
import { placeOf } from '../secrets/sealed-columns.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { NamedSecret, SecretName, SecretPage, SecretPut } from './model.ts'
import { deleteSecret, listBatch, maxSecrets, putSecret, secretPosition } from './queries.ts'

const oneSecret = Type.Object({ secretName: SecretName })

const notFound = () => new ApiError('secret_not_found', 'There is no secret with this name.')

const noKey = {
  path: '/value',
  message: 'can only be stored encrypted, and this server has no key for that: it must be given a SECRET_KEY',
}

const removeFirst = 'Remove the reference from their headers first, or set another value.'

const tooMany = () =>
  new ApiError(
    'too_many_secrets',
    `A service may have ${maxSecrets} secrets, and this one has as many: delete one first.`,
  )

/** Creates the routes for named secrets: list, set and delete. No answer contains a value. */
export function secretRoutes(sql: Sql, authenticate: Authenticate, secrets: Secrets) {
  return new Elysia({ name: 'named-secrets', prefix: '/secrets', normalize: false, tags: ['secrets'] })
    .use(requireService(authenticate))
    .get(
      '/',
      ({ request, serviceId, query }) =>
        cursorResponse({
          request,
          serviceId,
          query,
          list: [],
          position: secretPosition,
          read: (start) => listBatch(sql, serviceId, start),
        }),
      listRoute(
        'listSecrets',
        'List the named secrets of the service, by name',
        SecretPage,
        'One page, without values',
      ),
    )
    .put(
      '/:secretName',
      async ({ caller, serviceId, params: { secretName }, body, set }) => {
        if (!secrets.canSeal) throw invalid([noKey])
        const sealed = secrets.sealText(placeOf('secret', serviceId, secretName), body.value)
        const written = await putSecret(sql, caller, secretName, sealed)
        if (!written) throw tooMany()
        if (written.isNew) set.status = 201
        return written.secret
      },
      {
        parse: readBody(authenticate, mebibyte),
        params: oneSecret,
        query: noQuery,
        scope: 'write',
        body: SecretPut,
        detail: operation(
          'setSecret',
          'Set the value of a named secret, to which the request headers of tasks can refer',
          { status: 200, description: 'The secret had a value, and has this one now.', schema: NamedSecret },
          [400, 409, 413, 415],
          { status: 201, description: 'The new secret.', schema: NamedSecret },
        ),
      },
    )
    .delete(
      '/:secretName',
      async ({ caller, params: { secretName } }) => {
        const result = await deleteSecret(sql, caller, secretName).catch(retryable)
        if (!result) throw notFound()
        if (!result.deleted) throw inUse('secret_in_use', `the secret ${secretName}`, result, removeFirst)
        return new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } })
      },
      {
        params: oneSecret,
        query: noQuery,
        scope: 'write',
        detail: operation(
          'deleteSecret',
          'Delete a named secret that no task uses',
          { status: 204, description: 'It is gone.' },
          [400, 404, 409],
        ),
      },
    )
}

/** Converts the violation of the foreign key of `task_secret`: a task that refers to the secret was written just now. */
function retryable(error: unknown): never {
  if ((error as { constraint_name?: string }).constraint_name !== 'task_secret_secret_fkey') throw error
  throw new ApiError('secret_in_use', 'A task that uses this secret was written just now. Nothing was changed.')
}
