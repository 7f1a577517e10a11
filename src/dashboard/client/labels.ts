import type { CursorPage } from './alerts.ts'
import { query, send, type Task } from './api.ts'

/** How many tasks are asked for their labels. */
const newest = 200

/** The labels of the newest tasks of the service, each as often as tasks have it. */
export async function listLabels(signal: AbortSignal): Promise<readonly Task['labels'][]> {
  const path = `/tasks?${query({ limit: newest, fields: 'labels' })}`
  const { body } = await send<CursorPage<Pick<Task, 'labels'>>>('GET', path, { signal })
  return body.records.map(({ labels }) => labels)
}

/** The values of each label, by its name; names and values in alphabetical order. */
export function labelsInUse(all: readonly Task['labels'][]): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, Set<string>>()
  for (const [name, value] of all.flatMap((labels) => Object.entries(labels as Readonly<Record<string, string>>)))
    values.set(name, (values.get(name) ?? new Set<string>()).add(value))
  return new Map([...values].sort().map(([name, set]) => [name, [...set].filter((value) => value !== '').sort()]))
}
