import type { FailingPart, FailingTaskListed } from '../../overview/failing-model.ts'
import type { Overview } from '../../overview/model.ts'
import type { MovedRuns, RunsMove, RunsSpread, SpreadRuns } from '../../overview/move-model.ts'
import type { UpcomingPage } from '../../overview/upcoming-model.ts'
import type { Service } from '../../services/service-model.ts'
import { query, send } from './api.ts'
import type { Credentials } from './session.ts'

/** What moving or spreading comes to. */
export type RunsChanged = MovedRuns

export type { FailingPart, FailingTaskListed, Overview, SpreadRuns, UpcomingPage }

/**
 * Reads the overview: failing tasks, results of the last days, upcoming runs.
 * @param groups how many groups of failing tasks are read of each part; without it as many as the API says
 * @param credentials those of another service; without them, the service that is signed in
 */
export async function readOverview(signal: AbortSignal, groups?: number, credentials?: Credentials): Promise<Overview> {
  const path = `/overview${groups === undefined ? '' : `?groups=${groups}`}`
  return (await send<Overview>('GET', path, { signal, ...(credentials && { credentials }) })).body
}

/** Reads the first failing tasks of a group, those that broke last first, and how many it has. */
export async function readFailingGroup(
  part: FailingPart,
  group: string,
  count: number,
  signal: AbortSignal,
): Promise<{ readonly total_count: number; readonly records: readonly FailingTaskListed[] }> {
  const query = new URLSearchParams({ part, group, count: String(count) })
  return (
    await send<{ total_count: number; records: FailingTaskListed[] }>('GET', `/overview/failing?${query}`, { signal })
  ).body
}

/** Reads a page of the tasks that run in the quarter hour of the coming day that begins at `at`. @param page counted from 1 */
export async function readUpcomingTasks(
  at: string,
  page: number,
  count: number,
  signal: AbortSignal,
): Promise<UpcomingPage> {
  const path = `/overview/upcoming?${query({ at, pageNumber: page - 1, count })}`
  return (await send<UpcomingPage>('GET', path, { signal })).body
}

/** Reads the service that is signed in. */
export async function readService(signal: AbortSignal): Promise<Service> {
  return (await send<Service>('GET', '/service', { signal })).body
}

/** Sets how many late slots start in a second at most; null for no limit. @throws ApiError, 400 for what is no such number */
export async function limitCatchUp(perSecond: number | null): Promise<void> {
  await send('PUT', '/service', { body: { catch_up_per_second: perSecond } })
}

/** Spreads the tasks that run in a quarter hour of the coming day, or others, or takes spreads away; with `dry_run` only says what it comes to. */
export async function spreadRuns(body: RunsSpread, signal?: AbortSignal): Promise<SpreadRuns> {
  return (await send<SpreadRuns>('POST', '/overview/spread', { body, ...doubtOf(body), ...(signal && { signal }) }))
    .body
}

/** Moves tasks by some minutes, or with `dry_run` only says what it comes to. */
export async function moveRuns(body: RunsMove, signal?: AbortSignal): Promise<MovedRuns> {
  return (await send<MovedRuns>('POST', '/overview/move', { body, ...doubtOf(body), ...(signal && { signal }) })).body
}

/** What to say when there was no answer: a look changes nothing, and a move that is done twice goes twice as far. */
const doubtOf = ({ dry_run }: { readonly dry_run?: boolean }) => ({
  doubt: dry_run
    ? 'Duly did not answer what the change would lead to. Nothing was changed.'
    : 'Duly did not answer: the tasks may have been changed. Look at their next runs before you try again.',
})

/** A time in which Duly started nothing. */
export interface Outage {
  readonly began_at: string
  /** Null while it lasts. */
  readonly ended_at: string | null
}

/** Reads when Duly started nothing in the last 24 hours, oldest first. */
export async function readOutages(signal: AbortSignal): Promise<readonly Outage[]> {
  return (await send<{ outages: readonly Outage[] }>('GET', '/outages', { signal })).body.outages
}
