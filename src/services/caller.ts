import { type Actor, nameOfToken } from '../audit/actor.ts'
import { clientAddress } from '../http/client-address.ts'
import { requestIdOf } from '../http/request-notes.ts'
import type { Rule } from '../outbound/rules.ts'

/** Who sent a request with the right credentials. */
export interface Caller {
  /** The only service whose rows it may touch. */
  readonly serviceId: string
  /** What the audit keeps of it. */
  readonly actor: () => Actor
}

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
