import type { Why } from '../../why/model.ts'
import { query, send, taskPath } from './api.ts'

export type { Why }

/** Reads why a task did, or did not, run at a time. */
export async function readWhy(id: string, at: string, signal: AbortSignal): Promise<Why> {
  return (await send<Why>('GET', `${taskPath(id)}/why?${query({ at })}`, { signal })).body
}
