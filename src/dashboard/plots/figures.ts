import type { Overview } from '../client/overview.ts'
import { count, duration } from '../format/format-time.ts'
import { counted } from '../format/labels.ts'
import { timeOfDay } from '../format/time-of-day.ts'

/** Numbers of executions by outcome. */
export interface Outcomes {
  readonly success: number
  readonly failed: number
  readonly skipped: number
}

/** Sums the outcomes of hours or days. */
export function total(parts: readonly Outcomes[]): Outcomes {
  const sum = { success: 0, failed: 0, skipped: 0 }
  for (const part of parts) {
    sum.success += part.success
    sum.failed += part.failed
    sum.skipped += part.skipped
  }
  return sum
}

/** `2,412 succeeded, 12 failed, 3 skipped`. */
export function outcomeLabel({ success, failed, skipped }: Outcomes): string {
  return `${count(success)} succeeded, ${count(failed)} failed, ${count(skipped)} skipped`
}

type Quarter = Overview['upcoming'][number]

/** The quarter hour with the most upcoming runs, the first if several have as many; undefined if there are none. */
export function busiest(quarters: readonly Quarter[]): Quarter | undefined {
  let most: Quarter | undefined
  for (const quarter of quarters) if (quarter.count > (most?.count ?? 0)) most = quarter
  return most
}

/** `Busiest: 09:00, 412 runs.` */
export function busiestLabel(quarters: readonly Quarter[]): string {
  const most = busiest(quarters)
  return most ? `Busiest: ${timeOfDay(most.at)}, ${counted(most.count, 'run')}.` : 'Nothing is due.'
}

/** `8 ms`, `2.4 s`; an en dash without a measurement. */
export function measured(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return '–'
  return duration(ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms))
}

/** The largest of 1, 2, 5, 10, 20, … that is at most `value`, but at least 1. */
function round(value: number): number {
  if (value < 1) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  return power * (value >= 5 * power ? 5 : value >= 2 * power ? 2 : 1)
}

/** Round values for the grid lines of a plot: two to four up to `max`; none for 0. */
export function ticks(max: number): number[] {
  const step = round(max / 2)
  return Array.from({ length: Math.floor(max / step) }, (_, i) => (i + 1) * step)
}

/** The range of a plot above and below its base line, in calls, and its grid lines. */
export interface Extent {
  readonly up: number
  readonly down: number
  readonly lines: readonly number[]
}

/**
 * Computes the range of a plot. Successes are drawn above the base line; failed and skipped calls below. There is space
 * below it even without failures, so that the base line does not move with the first one. It is never above the middle
 * of the plot.
 * @param least what it has space for above the base line in any case
 */
export function extentOf(parts: readonly Outcomes[], least = 0): Extent {
  const below = Math.max(0, ...parts.map((part) => part.failed + part.skipped))
  const most = Math.max(below, least, ...parts.map((part) => part.success))
  const up = Math.max(1, most)
  return { up, down: Math.max(below, up * 0.15), lines: ticks(most) }
}
