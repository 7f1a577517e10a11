import { type KeptDays, keptDays, type SetDays } from '../../services/kept-days.ts'
import type { LabelRetention, Retention } from '../../services/retention-model.ts'
import { send } from './api.ts'
import { listRuns } from './runs.ts'

export type { KeptDays, LabelRetention, Retention, SetDays }
export { keptDays }

/** Runs are counted up to this. */
export const countedAtMost = 100

const ofLabel = (label: string) => `/labels/${encodeURIComponent(label)}/retention`

/** Reads for how many days the runs of the service are kept, and those of its labels. */
export async function readRetention(signal?: AbortSignal): Promise<Retention> {
  return (await send<Retention>('GET', '/service/retention', { ...(signal && { signal }) })).body
}

/**
 * Sets for how many days runs are kept.
 * @param label such as `team=billing`; '' for the whole service
 * @throws ApiError, 400 with an error for each invalid field, 409 if too many labels have days
 */
export async function writeRetention(label: string, days: SetDays): Promise<void> {
  await send('PUT', label === '' ? '/service/retention' : ofLabel(label), { body: days })
}

/** Takes back what was set for a label. @throws ApiError, 404 if there is nothing */
export async function deleteRetention(label: string): Promise<void> {
  await send('DELETE', ofLabel(label))
}

/**
 * Counts the runs from before a time, `countedAtMost` + 1 for more.
 * @param status results with commas between
 * @param label '' for all tasks
 */
export async function countRunsBefore(to: string, status: string, label: string, signal: AbortSignal): Promise<number> {
  const any = { from: '', text: '', host: '', status_code: '', task_id: '', task_name: '', cursor: '' }
  return (await listRuns({ ...any, to, status, label, limit: countedAtMost + 1 }, signal)).records.length
}
