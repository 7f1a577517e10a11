import type { Caller } from '../http/caller.ts'
import { clientAddress } from '../http/client-address.ts'
import { requestIdOf } from '../http/request-context.ts'
import type { Rule } from '../outbound/rules.ts'
import type { ValidToken } from './find-token.ts'

/** How much of a User-Agent is stored, in characters. */
const userAgentLength = 200

/** Returns the caller of a request that was sent with a valid token. */
export function callerOf(
  request: Request,
  { serviceId, tokenId, scopes, expiresAt, principal }: ValidToken,
  trustedProxies: readonly Rule[],
): Caller {
  return {
    serviceId,
    scopes,
    tokenId,
    expiresAt,
    actor: () => ({
      actor: 'token',
      principal,
      address: clientAddress(request, trustedProxies)?.toString() ?? null,
      user_agent: request.headers.get('user-agent')?.slice(0, userAgentLength) ?? null,
      request_id: requestIdOf(request) ?? null,
    }),
  }
}
