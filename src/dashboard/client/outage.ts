import { computed, signal } from '@preact/signals'
import type { ApiError } from './api-error.ts'

/** What could not be loaded because the server cannot be reached. */
interface Trouble {
  readonly problem: ApiError
  /** When it could not be loaded first, in ms since 1970. */
  readonly since: number
  /** When what is shown of it was read; undefined if nothing is shown. */
  readonly readAt: number | undefined
}

const troubles = signal<ReadonlyMap<object, Trouble>>(new Map())

/** Whether the server cannot be reached for now. False for an error that it answered. */
export function isUnreachable(problem: ApiError | undefined): boolean {
  return problem !== undefined && (problem.status === 0 || problem.status >= 502)
}

/** Notes what came of loading one part of a screen. @param readAt when what is shown of it was read; undefined if nothing is */
export function noteLoad(part: object, problem: ApiError | undefined, now: number, readAt: number | undefined): void {
  const before = troubles.peek()
  const known = before.get(part)
  if (problem === undefined || !isUnreachable(problem)) {
    if (known) troubles.value = new Map([...before].filter(([other]) => other !== part))
    return
  }
  troubles.value = new Map([...before, [part, { problem, since: known?.since ?? now, readAt }]])
}

/** The outage as a whole: since when, and when the oldest of what is shown was read. Undefined while there is none. */
export const outage = computed((): Trouble | undefined => {
  const [first, ...rest] = [...troubles.value.values()].sort((one, other) => one.since - other.since)
  const read = [first, ...rest].flatMap((part) => part?.readAt ?? [])
  return first && { ...first, readAt: read.length === 0 ? undefined : Math.min(...read) }
})
