import type { RouteOf } from '../client/route.ts'
import type { RunFilter } from '../client/runs.ts'
import { timesOf } from '../format/period.ts'

/** The filter of a route at a time. */
export function filterOf(route: RouteOf<'runs'>, now: number): RunFilter {
  const { text, host, code, label, task, name } = route
  return { ...timesOf(route, now), text, host, status_code: code, label, task_id: task, task_name: name }
}
