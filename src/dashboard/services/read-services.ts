import { type ApiError, asApiError } from '../client/api.ts'
import { inParallel } from '../client/in-parallel.ts'
import { isUnreachable } from '../client/outage.ts'
import { type Overview, readOverview } from '../client/overview.ts'
import type { Known } from '../client/session.ts'
import { failingCount } from '../overview/failing-count.ts'
import { nameOf } from '../parts/switch-button.tsx'

/** A service with its overview, or why that could not be read. */
export interface ServiceState {
  readonly service: Known
  readonly overview?: Overview
  readonly problem?: ApiError
}

/**
 * Reads the overviews of services, each with its own credentials; those with the most failing tasks come first.
 * @throws ApiError if the server cannot be reached
 */
export async function readServices(services: readonly Known[], signal: AbortSignal): Promise<readonly ServiceState[]> {
  const read: ServiceState[] = []
  await inParallel(services, async (service) => {
    read.push(await readState(service, signal))
  })
  const failing = ({ overview }: ServiceState) => (overview ? failingCount(overview.failing_groups) : -1)
  return read.sort(
    (one, other) => failing(other) - failing(one) || nameOf(one.service).localeCompare(nameOf(other.service)),
  )
}

async function readState(service: Known, signal: AbortSignal): Promise<ServiceState> {
  try {
    return { service, overview: await readOverview(signal, 1, service) }
  } catch (error) {
    if (signal.aborted) throw error
    const problem = asApiError(error)
    if (isUnreachable(problem)) throw problem
    return { service, problem }
  }
}
