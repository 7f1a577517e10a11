import type { Alert, AlertKind } from '../client/alerts.ts'
import { count } from './format-time.ts'
import { counted } from './labels.ts'

/** What a kind of alert says, in a word or two. */
export const alertKindLabel: Readonly<Record<AlertKind, string>> = {
  failing: 'failing',
  late: 'not started',
  long: 'runs long',
  outage: 'outage',
  channel: 'channel off',
}

/** What is or was wrong, in a sentence; the error follows by itself. */
export function alertSentence({ kind, failures, tasks, state, closed_because }: Alert): string {
  switch (kind) {
    case 'failing':
      return failures === null ? 'Its runs fail.' : `${counted(failures, 'run')} failed.`
    case 'late':
      if (closed_because === 'started') return 'It started late.'
      return state === 'closed' ? 'It did not start when it was due.' : 'It was due and has not started.'
    case 'long':
      return state === 'closed' ? 'The run took long.' : 'The run has not ended.'
    case 'outage':
      return `Duly started nothing meanwhile${tasks === null ? '' : `; ${count(tasks)} ${tasks === 1 ? 'task was' : 'tasks were'} due`}.`
    case 'channel':
      return 'Nothing is sent to this channel any more.'
  }
}

const reasons: Readonly<Record<string, string>> = {
  recovered: 'it succeeded',
  started: 'it started',
  skipped: 'the task was given another time',
  ended: 'the run ended',
  paused: 'the task was paused',
  disabled: 'the task was disabled',
  deleted: 'the task was deleted',
}

/** Why an alert has closed; undefined for one that only says what happened. */
export function closedBecause({ closed_because: because }: Alert): string | undefined {
  return because === null || because === 'event' ? undefined : (reasons[because] ?? because)
}

const units = [
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
] as const

/** `5 minutes`, `90 seconds`: in the largest unit that is exact. */
export function exactSpan(seconds: number): string {
  const unit = units.find(([size]) => seconds >= size && seconds % size === 0)
  return unit ? counted(seconds / unit[0], unit[1]) : counted(seconds, 'second')
}
