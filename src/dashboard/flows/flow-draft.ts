import type { FlowPut } from '../../flows/model.ts'
import type { Flow } from '../client/flows.ts'
import { numberOf } from '../format/span.ts'

/** The units of a period in the form, in seconds. */
export const periodUnits = [
  ['seconds', 1],
  ['minutes', 60],
  ['hours', 3_600],
] as const

/** The unit of a period in the form. */
export type PeriodUnit = (typeof periodUnits)[number][0]

/** A flow as the form holds it. An empty text is null. */
export interface FlowDraft {
  readonly name: string
  readonly target: string
  readonly concurrency: string
  readonly rate: string
  readonly period: string
  readonly unit: PeriodUnit
  readonly burst: string
}

/** The form of a new flow. */
export const emptyDraft: FlowDraft = {
  name: '',
  target: '',
  concurrency: '',
  rate: '',
  period: '1',
  unit: 'seconds',
  burst: '',
}

/** The form of a flow, its period in the largest unit that is exact. */
export function draftOfFlow({ name, target, concurrency, rate, period_seconds, burst }: Flow): FlowDraft {
  const seconds = period_seconds ?? 1
  const [unit, size] = periodUnits.findLast(([, size]) => seconds % size === 0) ?? periodUnits[0]
  return {
    ...{ name, target: target ?? '', concurrency: textOf(concurrency), rate: textOf(rate), burst: textOf(burst) },
    ...{ period: String(seconds / size), unit },
  }
}

/**
 * The whole flow that the form says. What is no number is sent as it was typed, so that the API names the field. The period is
 * part of the rate: without one it is not sent.
 */
export function flowOfDraft(draft: FlowDraft, paused: boolean): FlowPut {
  const rate = numberOf(draft.rate)
  const size = periodUnits.find(([name]) => name === draft.unit)?.[1] ?? 1
  const period = numberOf(draft.period)
  return {
    target: draft.target.trim() || null,
    concurrency: numberOf(draft.concurrency),
    rate,
    period_seconds: rate === null ? null : typeof period === 'number' ? period * size : period,
    burst: numberOf(draft.burst),
    paused,
  }
}

const textOf = (value: number | null) => (value === null ? '' : String(value))
