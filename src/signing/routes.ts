import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Sql } from '../database/sql.ts'
import { Id } from '../formats/schema.ts'
import type { Caller } from '../http/caller.ts'
import { cursorResponse } from '../http/cursor-page.ts'
import { ApiError } from '../http/errors.ts'
import { listRoute } from '../http/list-route.ts'
import { operation } from '../http/operation.ts'
import { noQuery } from '../http/query.ts'
import { type Authenticate, readBody, requireService } from '../http/require-service.ts'
import { mebibyte } from '../http/strict-json.ts'
import { placeOf } from '../secrets/sealed-columns.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { defaultExpirySeconds, NewSigningKey, SigningKeyCreate, SigningKeyPage } from './model.ts'
import { expireKey, insertKey, keyPosition, listBatch, maxKeys } from './queries.ts'
import { createSecret } from './sign.ts'
import { reachesReplicasMs } from './signing-keys.ts'
import { toTarget } from './target.ts'

const oneKey = Type.Object({ keyId: Id })

const notFound = () => new ApiError('signing_key_not_found', 'There is no signing key with this id.')

const noKey = () =>
  new ApiError(
    400,
    'A signing key can only be stored encrypted, and this server has no key for that: it must be given a SECRET_KEY.',
  )

const tooMany = () =>
  new ApiError(
    'too_many_signing_keys',
    `A service may have ${maxKeys} valid signing keys, and this one has as many: expire one first.`,
  )

/**
 * Creates a signing key. Resolves after `waitMs`, when all replicas sign with it.
 * @throws ApiError 400 without SECRET_KEY, 409 when the service has as many keys as it may have
 */
async function createKey(sql: Sql, secrets: Secrets, caller: Caller, body: SigningKeyCreate, waitMs: number) {
  if (!secrets.canSeal) throw noKey()
  const id = Bun.randomUUIDv7()
  const secret = createSecret()
  const sealed = secrets.sealText(placeOf('signing_key', caller.serviceId, id), secret)
  const target = typeof body.target === 'string' ? toTarget(body.target) : null
  const seconds = body.expires_others_in_seconds ?? defaultExpirySeconds
  const created = await insertKey(sql, caller, { id, target, sealed }, seconds)
  if (!created) throw tooMany()
  await Bun.sleep(waitMs)
  return { ...created, secret }
}

/**
 * Creates the routes of /signing-keys. Only the answer that creates a key contains its secret.
 * @param waitMs how long that answer waits, so that all replicas sign with the key
 */
export function signingKeyRoutes(sql: Sql, authenticate: Authenticate, secrets: Secrets, waitMs = reachesReplicasMs) {
  return new Elysia({ name: 'signing-keys', prefix: '/signing-keys', normalize: false, tags: ['signing'] })
    .use(requireService(authenticate))
    .post(
      '/',
      async ({ caller, body, set }) => {
        const created = await createKey(sql, secrets, caller, body, waitMs)
        set.status = 201
        return created
      },
      {
        parse: readBody(authenticate, mebibyte),
        query: noQuery,
        body: SigningKeyCreate,
        scope: 'write',
        detail: operation(
          'createSigningKey',
          'Create a signing key, which signs the requests of tasks at once, and let the others of its target expire',
          {
            status: 201,
            description:
              'The new key, after all replicas sign with it. Its secret is shown here only. Other keys of the same target that had no expiry expire after `expires_others_in_seconds`; with 0 all others of the target have expired.',
            schema: NewSigningKey,
          },
          [400, 409, 413, 415],
        ),
      },
    )
    .get(
      '/',
      ({ serviceId, query, request }) =>
        cursorResponse({
          request,
          serviceId,
          query,
          list: [],
          position: keyPosition,
          read: (start) => listBatch(sql, serviceId, start),
        }),
      listRoute(
        'listSigningKeys',
        'List the signing keys of the service, newest first, and those that expired within 30 days',
        SigningKeyPage,
        'One page, without secrets',
      ),
    )
    .delete(
      '/:keyId',
      async ({ caller, params }) => {
        if (!(await expireKey(sql, caller, params.keyId))) throw notFound()
        return new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } })
      },
      {
        params: oneKey,
        query: noQuery,
        scope: 'write',
        detail: operation(
          'expireSigningKey',
          'Expire a signing key now',
          {
            status: 204,
            description:
              'It has expired. Within about a second no replica signs with it. Without another valid key, requests are sent unsigned.',
          },
          [400, 404],
        ),
      },
    )
}
