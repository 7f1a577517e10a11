import { tokenFingerprint } from '../audit/actor.ts'
import type { Caller } from '../http/caller.ts'
import { clientAddress } from '../http/client-address.ts'
import { requestIdOf } from '../http/request-context.ts'
import { scopes } from '../http/scopes.ts'
import type { Rule } from '../outbound/rules.ts'

/** How much of a User-Agent is stored, in characters. */
const userAgentLength = 200

/**
 * Returns the caller of an authenticated request.
 * @param tokenHash hash of the token that the request was sent with
 */
export function callerOf(
  request: Request,
  serviceId: string,
  tokenHash: Buffer,
  trustedProxies: readonly Rule[],
): Caller {
  return {
    serviceId,
    scopes,
    actor: () => ({
      actor: 'token',
      principal: tokenFingerprint(tokenHash),
      address: clientAddress(request, trustedProxies)?.toString() ?? null,
      user_agent: request.headers.get('user-agent')?.slice(0, userAgentLength) ?? null,
      request_id: requestIdOf(request) ?? null,
    }),
  }
}
