import type { Flow } from '../client/flows.ts'
import { count } from './format-time.ts'
import { counted } from './labels.ts'

type Limits = Pick<Flow, 'concurrency' | 'rate' | 'period_seconds' | 'burst'>

/** `10 at once, 100 a minute, burst 20`; `no limit` for a flow that can only be paused. */
export function flowLimits({ concurrency, rate, period_seconds, burst }: Limits): string {
  const limits = []
  if (concurrency !== null) limits.push(`${count(concurrency)} at once`)
  if (rate !== null) limits.push(`${count(rate)} ${inPeriod(period_seconds ?? 1)}`)
  if (rate !== null && burst !== null) limits.push(`burst ${count(burst)}`)
  return limits.join(', ') || 'no limit'
}

const single: Readonly<Record<number, string>> = { 1: 'a second', 60: 'a minute', 3600: 'an hour', 86400: 'a day' }

/** `a minute`, `in 5 minutes`. */
function inPeriod(seconds: number): string {
  if (single[seconds]) return single[seconds]
  if (seconds % 3_600 === 0) return `in ${counted(seconds / 3_600, 'hour')}`
  return seconds % 60 === 0 ? `in ${counted(seconds / 60, 'minute')}` : `in ${counted(seconds, 'second')}`
}

/** `12`, and `10,000 or more` where the API counts no further. */
export function countedUpTo(value: number, most: number): string {
  return value < most ? count(value) : `${count(most)} or more`
}
