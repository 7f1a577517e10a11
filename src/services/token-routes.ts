import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Sql } from '../database/sql.ts'
import type { FieldError } from '../formats/field-error.ts'
import { Id } from '../formats/schema.ts'
import { inUtc } from '../formats/time.ts'
import type { Caller } from '../http/caller.ts'
import { cursorResponse } from '../http/cursor-page.ts'
import { ApiError, invalid } from '../http/errors.ts'
import { listRoute } from '../http/list-route.ts'
import { operation } from '../http/operation.ts'
import { noQuery } from '../http/query.ts'
import { type Authenticate, readBody, requireService } from '../http/require-service.ts'
import { scopes } from '../http/scopes.ts'
import { mebibyte } from '../http/strict-json.ts'
import { createTokenOf, hashToken } from './credentials.ts'
import { NewToken, Token, TokenCreate, TokenPage } from './token-model.ts'
import { deleteToken, findTokenById, insertToken, listBatch, tokenPosition } from './tokens.ts'

const oneToken = Type.Object({ tokenId: Id })

const tokenNotFound = () => new ApiError('token_not_found', 'There is no token with this id.')

/** Returns the error of a token that would outlive the token that creates it; undefined if it does not. */
function expiryFault(wanted: string | null, limit: string | null): FieldError | undefined {
  if (limit === null || (wanted !== null && Date.parse(wanted) <= Date.parse(limit))) return undefined
  return {
    path: '/expires_at',
    message: `must be ${limit} or earlier, because the token of this request expires then; send a token that does not`,
    code: 'out_of_range',
  }
}

/**
 * Creates a token.
 * @throws ApiError 403 for a scope that the caller has not, 400 for an expiry after the caller's, 409 for a name that is taken
 */
async function createToken(sql: Sql, caller: Caller, { name, scopes: wanted, expires_at = null }: TokenCreate) {
  const missing = wanted.filter((scope) => !caller.scopes.includes(scope))
  if (missing.length > 0)
    throw new ApiError(
      403,
      `This token has not the scope ${missing.join(' and ')}, so it cannot create a token that has it. Leave it out, or send a token that has it.`,
    )
  const fault = expiryFault(expires_at, caller.expiresAt)
  if (fault) throw invalid([fault])
  const token = createTokenOf(caller.serviceId)
  const created = await insertToken(sql, caller, {
    id: Bun.randomUUIDv7(),
    name,
    hash: hashToken(token),
    // In one order, whatever the order in the request.
    scopes: scopes.filter((scope) => wanted.includes(scope)),
    expires_at: inUtc(expires_at),
  })
  if (!created)
    throw new ApiError(
      'token_name_taken',
      'The service has a token with this name. Choose another name, or delete that token first.',
    )
  return { ...created, token }
}

/** Creates the routes of /tokens: further tokens of the service, with a name, scopes and an expiry. */
export function tokenRoutes(sql: Sql, authenticate: Authenticate) {
  return new Elysia({ name: 'tokens', prefix: '/tokens', normalize: false, tags: ['tokens'] })
    .use(requireService(authenticate))
    .post(
      '/',
      async ({ caller, body, set }) => {
        const created = await createToken(sql, caller, body)
        set.status = 201
        set.headers.location = `/tokens/${created.id}`
        return created
      },
      {
        parse: readBody(authenticate, mebibyte),
        query: noQuery,
        body: TokenCreate,
        scope: 'write',
        detail: operation(
          'createToken',
          'Create a token that allows no more, and lasts no longer, than the token of the request',
          {
            status: 201,
            description: 'The new token. It is shown here only.',
            schema: NewToken,
            headers: { Location: { description: 'The address of the token.', schema: { type: 'string' } } },
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
          position: tokenPosition,
          read: (start) => listBatch(sql, serviceId, start),
        }),
      listRoute('listTokens', 'List the tokens of the service, newest first, without its first one', TokenPage),
    )
    .get(
      '/:tokenId',
      async ({ serviceId, params }) => {
        const token = await findTokenById(sql, serviceId, params.tokenId)
        if (!token) throw tokenNotFound()
        return token
      },
      {
        params: oneToken,
        query: noQuery,
        scope: 'read',
        detail: operation(
          'getToken',
          'Get a token',
          { status: 200, description: 'The token.', schema: Token },
          [400, 404],
        ),
      },
    )
    .delete(
      '/:tokenId',
      async ({ caller, params }) => {
        if (!(await deleteToken(sql, caller, params.tokenId))) throw tokenNotFound()
        return new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } })
      },
      {
        params: oneToken,
        query: noQuery,
        scope: 'write',
        detail: operation(
          'deleteToken',
          'Delete a token',
          { status: 204, description: 'It is refused from now on, within a second on every replica.' },
          [400, 404],
        ),
      },
    )
}
