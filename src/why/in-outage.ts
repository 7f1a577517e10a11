import type { OutageSpan } from '../alerts/outages.ts'
import type { Reason } from './model.ts'
import { ms, type Past, type Span } from './past.ts'
import { type Reads, type Told, zoneOf } from './told.ts'
import { clock, outageWords } from './words.ts'

/** Answers that no outage has to do with. */
const apart: ReadonlySet<Reason> = new Set(['ran', 'future', 'not_created'])
/** Answers after which no slots are told: the task had none, or they are not known. */
const withoutSlots: ReadonlySet<Reason> = new Set(['paused', 'disabled', 'ended', 'unknown'])
/** So many slots are told one by one, and more by their number. */
const namedSlots = 3
/** So many slots of an outage are counted. */
const countedSlots = 10_000

/**
 * Adds to an answer that Duly did not run at the time that was asked for, with the slots of the task that fell into the outage: the
 * time may be none at which the task was due, and the reader asks because of those near it.
 */
export async function withOutage(reads: Reads, past: Past, span: Span, told: Told): Promise<Told> {
  if (told.outage !== null || apart.has(told.reason)) return told
  const outage = (await reads.outages(span.from, span.until)).at(-1)
  if (!outage) return told
  const slots = withoutSlots.has(told.reason) ? undefined : slotsIn(past, outage)
  const words = `Duly did not run ${outageWords(outage, zoneOf(past))}${slots ? `: ${slots} fell into that time` : ''}.`
  return { ...told, outage, sentence: `${told.sentence} ${words}` }
}

/** The slots of a task in an outage, as part of a sentence; undefined for none, or if they are not known. */
function slotsIn(past: Past, { began_at, ended_at }: OutageSpan): string | undefined {
  const { due, offset, now } = past
  const end = (ended_at === null ? now : ms(ended_at)) - offset
  const first = due.isReadable ? due.from(ms(began_at) + 1 - offset) : undefined
  if (first === undefined || first >= end) return undefined
  const at = (slot: number) => clock(slot + offset, zoneOf(past))
  const last = due.before(end) ?? first
  const others = due.countBetween(first, last, countedSlots)
  if (others === countedSlots) return `more than ${countedSlots} slots from ${at(first)} to ${at(last)}`
  if (others >= namedSlots) return `its ${others + 1} slots from ${at(first)} to ${at(last)}`
  if (others === 0) return `its slot of ${at(first)}`
  const between = others === 1 ? '' : `, ${at(due.from(first + 1) ?? first)}`
  return `its slots of ${at(first)}${between} and ${at(last)}`
}
