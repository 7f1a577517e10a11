import type { KeptDays } from '../client/retention.ts'
import { serverNow } from '../client/server-clock.ts'

const dayMs = 86_400_000

/** What is kept for a time of its own. */
export type Kind = keyof KeptDays

/** The kinds in their order, and their words. */
export const kinds: readonly (readonly [kind: Kind, words: string])[] = [
  ['execution_days', 'Successes'],
  ['failure_days', 'Failures'],
  ['answer_days', 'Answers'],
]

/** Something that is dropped by shorter days. */
export interface Loss {
  readonly kind: Kind
  /** The beginning of the first day in UTC that is kept, RFC 3339. */
  readonly before: string
}

/** What is dropped when what holds becomes shorter. */
export function lossesOf(held: KeptDays, next: KeptDays, now = serverNow()): readonly Loss[] {
  const today = Math.floor(now / dayMs) * dayMs
  return kinds.flatMap(([kind]) => {
    const border = today - next[kind] * dayMs
    return next[kind] < held[kind] ? [{ kind, before: new Date(border).toISOString().replace('.000Z', 'Z') }] : []
  })
}

/** The last day in UTC that is dropped, such as 2026-11-24. */
export const lastDayOf = ({ before }: Loss): string => new Date(Date.parse(before) - dayMs).toISOString().slice(0, 10)
