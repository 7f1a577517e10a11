import { nameOfToken } from '../audit/actor.ts'
import type { Caller } from '../http/caller.ts'
import { clientAddress } from '../http/client-address.ts'
import { requestIdOf } from '../http/request-context.ts'
import type { Rule } from '../outbound/rules.ts'

const userAgentKept = 200

/** @param tokenHash of the token that the request came with */
export function callerOf(
  request: Request,
  serviceId: string,
  tokenHash: Buffer,
  trustedProxies: readonly Rule[],
): Caller {
  return {
    serviceId,
    actor: () => ({
      actor: 'token',
      principal: nameOfToken(tokenHash),
      address: clientAddress(request, trustedProxies)?.toString() ?? null,
      user_agent: request.headers.get('user-agent')?.slice(0, userAgentKept) ?? null,
      request_id: requestIdOf(request) ?? null,
    }),
  }
}
