import type { Overview, RunsSpread, SpreadRuns } from '../../overview/model.ts'
import type { Service } from '../../services/service-model.ts'
import { send } from './api.ts'

export type { Overview }

/** Reads the overview: failing tasks, results of the last days, upcoming runs. */
export async function readOverview(signal: AbortSignal): Promise<Overview> {
  return (await send<Overview>('GET', '/overview', { signal })).body
}

/** Reads the service that is signed in. */
export async function readService(signal: AbortSignal): Promise<Service> {
  return (await send<Service>('GET', '/service', { signal })).body
}

/** Sets how many late slots start in a second at most; null for no limit. @throws ApiError, 400 for what is no such number */
export async function limitCatchUp(perSecond: number | null): Promise<void> {
  await send('PUT', '/service', { body: { catch_up_per_second: perSecond } })
}

/** Spreads the tasks that run in a quarter hour of the coming day, or with `dry_run` only says what it comes to. */
export async function spreadRuns(body: RunsSpread, signal?: AbortSignal): Promise<SpreadRuns> {
  return (await send<SpreadRuns>('POST', '/overview/spread', { body, ...(signal && { signal }) })).body
}
