import type { FailureSummary } from '../../executions/search/failure-summary.ts'
import type { FoundExecution } from '../../executions/search/model.ts'
import type { RanAgain } from '../../executions/search/run-again-model.ts'
import type { CursorPage } from './alerts.ts'
import { query, send } from './api.ts'

export type { FailureSummary }
/** A run in a list over all tasks, with the name of its task and without its answer. */
export type Run = Omit<FoundExecution, 'response' | 'response_header'>
/** Failed runs with one error at one host. */
export type FailureGroup = FailureSummary['groups'][number]

/** Which runs are meant; '' for all. */
export interface RunFilter {
  readonly from: string
  readonly to: string
  readonly text: string
  readonly host: string
  readonly status_code: string
  readonly label: string
  readonly task_id: string
  readonly task_name: string
}

/** A search ends its pages early when it finds little; so many are joined to one. */
const pagesAtMost = 12

/**
 * Lists the runs of all tasks, newest first.
 * @param status one result, or '' for all
 * @param cursor of the page, or '' for the first one
 * @param limit fewer are returned at the end, or if little was found in what was searched: then `next_cursor` is not null
 */
export async function listRuns(
  { status, cursor, limit, ...filter }: RunFilter & { status: string; cursor: string; limit: number },
  signal: AbortSignal,
): Promise<CursorPage<Run>> {
  const records: Run[] = []
  let next: string | null = cursor
  for (let page = 0; page < pagesAtMost && next !== null && records.length < limit; page++) {
    const path: string = `/executions?${query({ ...filter, status, cursor: next, limit: limit - records.length })}`
    const found: CursorPage<Run> = (await send<CursorPage<Run>>('GET', path, { signal })).body
    records.push(...found.records)
    next = found.next_cursor
  }
  return { records, next_cursor: next }
}

/** What running again leads to. */
export type { RanAgain }

/**
 * Runs each task once of which runs match.
 * @param status one result, or '' for all
 * @param only_failing whether tasks that are not failing now are left out
 * @param key Idempotency-Key; undefined for a dry run, which only says what it would lead to
 * @throws ApiError, 400 where more match than one request takes
 */
export async function runAgain(
  { status, from, label, status_code, only_failing, ...filter }: RunFilter & { status: string; only_failing: boolean },
  key: string | undefined,
  signal?: AbortSignal,
): Promise<RanAgain> {
  const given = Object.entries(filter).filter(([, value]) => value !== '')
  const body = {
    ...Object.fromEntries(given),
    // The API wants a beginning, so that nobody leaves it out by mistake. Here it is seen.
    from: from === '' ? '1970-01-01T00:00:00Z' : from,
    ...(status === '' ? {} : { status: [status] }),
    ...(label === '' ? {} : { label: [label] }),
    ...(status_code === '' ? {} : { status_code: Number(status_code) }),
    only_failing,
    ...(key === undefined ? { dry_run: true } : {}),
  }
  const doubt = 'Duly did not answer: the runs may have begun. Trying again is safe and makes no further ones.'
  const sending = { body, doubt, ...(key === undefined ? {} : { key }), ...(signal ? { signal } : {}) }
  return (await send<RanAgain>('POST', '/executions/run-again', sending)).body
}

/** Counts failed runs by error and host. */
export async function countFailures(filter: RunFilter, signal: AbortSignal): Promise<FailureSummary> {
  return (await send<FailureSummary>('GET', `/failures?${query({ ...filter })}`, { signal })).body
}
