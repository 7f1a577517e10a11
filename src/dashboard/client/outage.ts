import { computed, signal } from '@preact/signals'
import type { ApiError } from './api-error.ts'

/** What could not be loaded because the server cannot be reached. */
interface Trouble {
  readonly problem: ApiError
  /** When what is shown of it was read; undefined if nothing is shown. */
  readonly readAt: number | undefined
}

/** The outage as it is told. */
interface Outage extends Trouble {
  /** When the first request of this tab failed, in ms since 1970. */
  readonly since: number
}

const troubles = signal<ReadonlyMap<object, Trouble>>(new Map())
/** When what is read again and again was read last, for each part that is on the screen. */
const reads = new Map<object, number>()
/** When the first request failed since all was well. It outlives a change of the screen, which asks for other parts. */
let began: number | undefined

/** Whether the server cannot be reached for now. False for an error that it answered. */
export function isUnreachable(problem: ApiError | undefined): boolean {
  return problem !== undefined && (problem.status === 0 || problem.status >= 502)
}

/** Notes that the server has answered. */
export function noteReached(): void {
  if (troubles.peek().size === 0) began = undefined
}

/** Notes that one part of a screen was loaded. @param readAt when it was read; undefined if it is not loaded at an interval, or no longer */
export function noteLoaded(part: object, readAt: number | undefined): void {
  if (readAt === undefined) reads.delete(part)
  else reads.set(part, readAt)
  noteAnswered(part)
}

/** Notes that the server has answered for one part of a screen, which stays as it was read. */
export function noteAnswered(part: object): void {
  if (!troubles.peek().has(part)) return
  remove(part)
  noteReached()
}

/** Notes that the server could not be reached for one part of a screen. @param readAt when what is shown of it was read; undefined if nothing is */
export function noteUnreachable(part: object, problem: ApiError, now: number, readAt: number | undefined): void {
  began ??= now
  troubles.value = new Map([...troubles.peek(), [part, { problem, readAt }]])
}

/** Notes that a part is no longer on the screen. */
export function noteGone(part: object): void {
  reads.delete(part)
  remove(part)
}

function remove(part: object): void {
  if (troubles.peek().has(part)) troubles.value = new Map([...troubles.peek()].filter(([other]) => other !== part))
}

/**
 * The outage as a whole: since when, and when the oldest of what is shown was read, that which has not been asked for again yet
 * too: else it would go back in time when that is. Undefined while there is none.
 */
export const outage = computed((): Outage | undefined => {
  const [first, ...rest] = troubles.value.values()
  if (!first || began === undefined) return undefined
  const read = [...[first, ...rest].flatMap((part) => part.readAt ?? []), ...reads.values()]
  return { problem: first.problem, since: began, readAt: read.length === 0 ? undefined : Math.min(...read) }
})
