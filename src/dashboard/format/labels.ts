import { inWords } from '../../schedule/words.ts'
import type { Execution, Status, Task } from '../client/api.ts'
import { serverNow } from '../client/server-clock.ts'
import { count, localTime } from './format-time.ts'

/** The fields of a task from which its kind of schedule follows. */
type Repetition = Pick<Task, 'frequency' | 'unit' | 'cron' | 'time_zone'>

/** `every 6 hours`, `at 02:30 on weekdays, Europe/Berlin`, `once`. */
export function scheduleLabel({ frequency, unit, cron, time_zone }: Repetition): string {
  try {
    return inWords({ frequency, unit, cron, time_zone })
  } catch {
    // A newer server may accept patterns that this page cannot parse.
    return `cron ${cron}, ${time_zone}`
  }
}

/** The stored pattern and time zone; undefined for a schedule without a pattern. */
export function rawCron({ cron, time_zone }: Repetition): string | undefined {
  return cron === null ? undefined : `${cron} · ${time_zone}`
}

/** What each status means for the runs of a task. */
export const statusMeaning: Readonly<Record<Status, string>> = {
  active: 'runs when it is due',
  paused: 'does not run until it is resumed',
  disabled: 'does not run; meant for tasks that are over',
}

const isToCome = (at: string | null): at is string => at !== null && Date.parse(at) > serverNow()

/** What happened in an execution: its error, or what its status means. */
export function executionLabel(execution: Pick<Execution, 'error' | 'status' | 'queued_for'>): string {
  if (execution.error !== null) return execution.error
  switch (execution.status) {
    case 'queued':
      return isToCome(execution.queued_for) ? `To be sent at ${localTime(execution.queued_for)}.` : 'Waits to be sent.'
    case 'started':
      return 'Sent; the answer has not come yet.'
    case 'skipped':
      return 'The run before it was still going.'
    default:
      return ''
  }
}

/** `2 slots` for a skipped execution that stands for several; '' for all others. */
export const skippedSlots = ({ status, missed_slots }: Pick<Execution, 'status' | 'missed_slots'>): string =>
  status === 'skipped' && missed_slots > 1 ? counted(missed_slots, 'slot') : ''

/** The beginning of a response on one line; '' for none. */
export function responsePreview(response: string | null): string {
  return (response ?? '').replace(/\s+/g, ' ').trim()
}

/** The results by which runs are listed, and their words. */
export const resultChoices = [
  ['', 'All'],
  ['failed', 'Failed'],
  ['success', 'Success'],
  ['started', 'Started'],
  ['queued', 'Queued'],
  ['skipped', 'Skipped'],
] as const

/** With its first letter as a capital. */
export const capital = (text: string): string => text.replace(/^./, (letter) => letter.toUpperCase())

/** `1 task`, `3 tasks`. */
export function counted(amount: number, noun: string, plural = `${noun}s`): string {
  return `${count(amount)} ${amount === 1 ? noun : plural}`
}

/**
 * `Failed 9 times (27 attempts)` and ` since `: the words before the time of the first failure.
 * @param settled how many runs have failed, each counted once however often it was repeated
 * @param attempts how many attempts of them have failed
 */
export function failureLabel(settled: number, attempts: number): readonly [what: string, when: string] {
  if (settled === 0)
    return attempts === 1 ? ['One attempt failed', ', at '] : [`${counted(attempts, 'attempt')} failed`, ' since ']
  const runs = settled === 1 ? 'Failed once' : `Failed ${counted(settled, 'time')}`
  if (attempts > settled) return [`${runs} (${counted(attempts, 'attempt')})`, ' since ']
  return [runs, settled === 1 ? ', at ' : ' since ']
}

/**
 * Joins a field's label and the API's message about it into a sentence. That a field may be null is left out: a form has no null,
 * and its hints say what an empty field means.
 */
export function sentence(label: string, message: string): string {
  const told = message.replace(/(,? or null|; null|\. Null|; set it to null)\b.*$/, '')
  return `${label} ${told}${/[.!?…]$/.test(told) ? '' : '.'}`
}

/** Whether a task runs at one time only. */
export const isOnce = ({ frequency, cron }: Pick<Task, 'frequency' | 'cron'>): boolean =>
  frequency === null && cron === null

/** Why a task without a next run has none. */
export const whyOver = (task: Pick<Task, 'frequency' | 'cron'>) => (isOnce(task) ? 'it has run' : 'it has ended')

/** How fast late runs start after an outage. @param perSecond null for no limit */
export const catchUpLabel = (perSecond: number | null): string =>
  perSecond === null
    ? 'late runs start without a limit'
    : `${counted(perSecond, 'late run starts', 'late runs start')} in a second at most`
