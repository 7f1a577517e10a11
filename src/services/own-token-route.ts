import { Elysia } from 'elysia'
import { operation } from '../http/operation.ts'
import { noQuery } from '../http/query.ts'
import { type Authenticate, requireService } from '../http/require-service.ts'
import { OwnToken } from './token-model.ts'

/** Creates the route of /token: the token that the request is sent with. */
export function ownTokenRoute(authenticate: Authenticate) {
  return new Elysia({ name: 'own-token', prefix: '/token', normalize: false, tags: ['tokens'] })
    .use(requireService(authenticate))
    .get(
      '/',
      ({ caller }): OwnToken => ({
        id: caller.tokenId,
        // A token is always named.
        name: caller.actor().principal ?? '',
        scopes: [...caller.scopes],
        expires_at: caller.expiresAt,
      }),
      {
        query: noQuery,
        scope: 'read',
        detail: operation(
          'getOwnToken',
          'Get the token of the request: what it may do, and until when',
          { status: 200, description: 'The token of the request, without the token itself.', schema: OwnToken },
          [400],
        ),
      },
    )
}
