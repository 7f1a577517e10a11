import type { OutageSpan } from '../alerts/outages.ts'
import { formatTime as isoTime } from '../formats/time.ts'
import type { FlowThen } from './flow-then.ts'
import type { Cause, Reason, Why } from './model.ts'
import type { Past } from './past.ts'
import type { ChangeBy, LateAlert, RunRow } from './queries.ts'
import { clock } from './words.ts'

/** What is read only if the answer needs it. Times in ms. */
export interface Reads {
  /** The outages that overlap a span of time. */
  outages(from: number, to: number): Promise<readonly OutageSpan[]>
  /** The alert that told of a slot that had not started. */
  lateAlert(since: number, until: number): Promise<LateAlert | undefined>
  /** The flow of the task, and its last pause before a time. */
  flow(name: string, until: number): Promise<FlowThen | undefined>
  /** When the calendar was last changed after a time; undefined if it was not. */
  calendarChange(name: string, since: number): Promise<number | undefined>
  /** For how many days executions of the task are kept. */
  executionDays(): Promise<number>
  /** For how many days entries of the audit are kept. */
  readonly changeDays: number
}

/** An answer without the question. */
export type Told = Omit<Why, 'task_id' | 'at'>

/** What an answer rests on, as far as there is any. */
export type Facts = Partial<Omit<Told, 'reason' | 'cause' | 'sentence' | 'time_zone' | 'execution'>> & {
  readonly run?: RunRow | undefined
  readonly cause?: Cause | undefined
  /** The slot that it is about, in ms. */
  readonly slot?: number | undefined
}

/** The time zone in which a task's times are told. */
export const zoneOf = ({ timing, due }: Past): string =>
  timing.cron === null || !due.isReadable ? 'UTC' : (timing.time_zone ?? 'UTC')

/** Says that a schedule cannot be read here. */
export const unreadable = ({ cron, time_zone }: Past['timing']): string =>
  `this server cannot read the pattern ${cron} in the time zone ${time_zone}, which another release of Duly has stored`

/** Puts an answer together. @param sentences the parts of its text, those that are undefined left out */
export function tell(past: Past, reason: Reason, sentences: readonly (string | undefined)[], facts: Facts = {}): Told {
  const { run, slot, cause, ...others } = facts
  return {
    reason,
    cause: cause ?? null,
    sentence: sentences.filter((sentence) => sentence !== undefined).join(' '),
    time_zone: zoneOf(past),
    due_at: slot === undefined ? null : isoTime(slot + past.offset),
    previous_due_at: null,
    next_due_at: null,
    change: null,
    outage: null,
    flow: null,
    alert_id: null,
    ...others,
    execution: run ? shownRun(run) : null,
  }
}

/** An entry of the audit as an answer has it. */
export const shownChange = ({ id, at, action, actor, principal }: ChangeBy) => ({
  ...{ id, at, action, actor, principal },
})

const shownRun = ({
  id,
  status,
  scheduled_for,
  created_at,
  started_at,
  attempt,
  missed_slots,
  error,
  by_hand,
}: RunRow) => ({
  ...{ id, status, scheduled_for, created_at, started_at, attempt, missed_slots, error, by_hand },
})

/** When a task was to start before a span of time and after it, as facts and as a sentence. Slots in ms. */
export function neighbours(past: Past, from: number, until: number) {
  const { due, offset } = past
  // Slots that are on record need not be the nearest.
  const [before, after] = due.isReadable ? [due.before(from - offset), due.from(until - offset)] : []
  const at = (slot: number | undefined) => (slot === undefined ? undefined : clock(slot + offset, zoneOf(past)))
  const [last, next] = [at(before), at(after)]
  const words =
    last !== undefined && next !== undefined
      ? `It was due at ${last}, and then at ${next}.`
      : last !== undefined
        ? `It was due last at ${last}.`
        : next !== undefined
          ? `It was due next at ${next}.`
          : undefined
  const facts = {
    previous_due_at: before === undefined ? null : isoTime(before + offset),
    next_due_at: after === undefined ? null : isoTime(after + offset),
  }
  return { words, facts, isKnown: words !== undefined }
}
