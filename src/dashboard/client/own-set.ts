import { query, send } from './api.ts'

/** The task set that a task belongs to. */
export interface OwnSet {
  readonly name: string
  readonly source: string | null
  readonly applied_at: string
  /** Whether the task was changed since by something other than an apply. */
  readonly changed: boolean
}

/** Reads which task set the task with a key belongs to. @returns null for none */
export async function readOwnSet(key: string, signal: AbortSignal): Promise<OwnSet | null> {
  const path = `/tasks?${query({ key, include: 'set', fields: 'id' })}`
  return (await send<{ readonly set: OwnSet | null }[]>('GET', path, { signal })).body[0]?.set ?? null
}
