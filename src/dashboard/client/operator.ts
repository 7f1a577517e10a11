import { isOperatorToken } from '../../http/token.ts'
import type { ServiceState } from '../../services/all-services-model.ts'
import { ApiError, query, send } from './api.ts'
import { type Credentials, known, session } from './session.ts'

export type { ServiceState }

/** A page of services. */
export interface ServiceList {
  readonly records: readonly ServiceState[]
  /** Null on the last page. */
  readonly next_cursor: string | null
}

/** The token of an operator that the reader is signed in with, for no service; undefined for none. That of this tab comes first. */
export function operatorCredentials(): Credentials | undefined {
  const now = session.value
  const found = [...(now.kind === 'in' ? [now] : []), ...known.value].find(({ token }) => isOperatorToken(token))
  return found && { serviceId: '', token: found.token }
}

/** Lists services by name. @param filter params of GET /services; '' is left out */
export async function listServices(
  credentials: Credentials,
  filter: Readonly<Record<string, string | number>>,
  signal?: AbortSignal,
): Promise<ServiceList> {
  const path = `/services?${query(filter)}`
  return (await send<ServiceList>('GET', path, { credentials, ...(signal && { signal }) })).body
}

/**
 * Finds the service that an operator begins with: one with failing tasks, if there is one.
 * @throws ApiError for a token that is not valid, and when there is no service
 */
export async function firstService(token: string): Promise<Credentials> {
  for (const failing of ['true', '']) {
    const [first] = (await listServices({ serviceId: '', token }, { failing, limit: 1 })).records
    if (first) return { serviceId: first.id, token }
  }
  throw new ApiError(404, 'There is no service yet: duly service create NAME makes one.')
}
