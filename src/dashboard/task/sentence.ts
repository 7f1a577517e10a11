import type { Task, TaskFailing } from '../client/api.ts'
import type { ListedExecution } from '../client/executions.ts'
import type { Flow } from '../client/flows.ts'
import { isUnderWay } from '../client/under-way.ts'
import { pageSize } from '../executions/page-size.ts'
import { countdown, fromNow, timeSince } from '../format/format-time.ts'
import { counted } from '../format/labels.ts'
import { plainTime } from '../format/time-of-day.ts'

/** What the sentence about a task is made of. */
export interface TaskState {
  readonly task: Pick<Task, 'status' | 'starts_at' | 'paused_until' | 'created_at'>
  /** Its newest executions, newest first. */
  readonly newest: readonly ListedExecution[]
  readonly failing: TaskFailing | null
  /** Since when it is paused or disabled, and by whom; undefined if it is neither, or that is not on record. */
  readonly change: { readonly at: string; readonly by: string } | undefined
  /** The flow that limits it, if something of it waits; undefined if nothing does, or none limits it. */
  readonly flow?: Pick<Flow, 'name' | 'paused'> | undefined
}

/** Executions may be kept for no longer than this, in ms: of an older task nobody knows that it never ran. */
const keptAtLeastMs = 24 * 3_600_000
/** Of a longer error the beginning is told. */
const errorCharacters = 120

/**
 * How a task is, in a sentence or a few: what came of its last run, what runs now, and what comes next.
 * @param now the server's time in ms since 1970
 */
export function taskSentence(state: TaskState, now: number): string {
  const { flow } = state
  return sentences(howItIs(state, now), flow?.paused ? `It waits until its flow ${flow.name} is resumed` : '')
}

function howItIs(state: TaskState, now: number): string {
  const { task, newest } = state
  const open = newest.find(isUnderWay)
  const stopped = stoppedLabel(state, now)
  const last = lastLabel(state, now)
  const next = nextLabel(state, now)
  if (open) return sentences(openLabel(open, now), state.failing ? last : '', stopped)
  if (task.status !== 'active') return sentences(stopped, last)
  if (next === '') return sentences(last)
  if (state.failing) return sentences(last, `Next try ${next}`)
  if (newest.every(({ status }) => status === 'skipped')) return sentences(`${last}; ${dueLabel(next)}`)
  const skipped = newest[0]?.status === 'skipped' ? ', the last slot was skipped' : ''
  return sentences(`${last}${skipped}, ${next.startsWith('in ') ? `next ${next}` : `the next ${next}`}`)
}

const sentences = (...parts: string[]) =>
  parts
    .filter((part) => part !== '')
    .map((part) => `${part.replace(/\.+$/, '')}.`)
    .join(' ')

/** What runs now, or waits to be sent. */
function openLabel({ status, started_at, created_at, queued_for, attempt }: ListedExecution, now: number): string {
  if (status === 'started')
    return `Running for ${timeSince(started_at ?? created_at, now)}${attempt > 1 ? `, attempt ${attempt}` : ''}`
  // A retry waits as long as its task says; a run by hand is sent at once.
  const since = queued_for ?? created_at
  if (Date.parse(since) > now) return `Attempt ${attempt} is sent ${countdown(since, now)}, at ${plainTime(since, now)}`
  return `${attempt > 1 ? `Attempt ${attempt} has waited` : 'Waiting'} to be sent for ${timeSince(since, now)}`
}

/** Why it does not run by itself; '' if it does. */
function stoppedLabel({ task: { status, starts_at, paused_until }, change }: TaskState, now: number): string {
  if (status === 'active') return ''
  if (status === 'disabled' && starts_at === null) return 'Ended: it has no run to come'
  const since = change ? ` since ${plainTime(change.at, now)} by ${change.by}` : ''
  if (status === 'disabled') return `Disabled${since}`
  return `Paused${since}${paused_until === null ? '' : `, until ${plainTime(paused_until, now)}`}`
}

/** What came of its last runs. */
function lastLabel({ task, newest, failing }: TaskState, now: number): string {
  if (failing) {
    const { since, settled, consecutive, error } = failing
    const attempts = counted(consecutive, 'attempt')
    const what =
      settled === 0
        ? `${attempts} at one run`
        : counted(settled, 'run') + (consecutive > settled ? ` (${attempts})` : '')
    return `Failing since ${plainTime(since, now)}: ${what}${error === null ? '' : `, last: ${shortened(error)}`}`
  }
  const last = newest.find(({ status }) => status === 'success' || status === 'failed')
  const isActive = task.status === 'active'
  if (last) {
    const ago = fromNow(endOf(last), now)
    if (last.status === 'success') return isActive ? `Well: succeeded ${ago}` : `The last run succeeded ${ago}`
    return `The last run failed ${ago}${last.error === null ? '' : `: ${shortened(last.error)}`}`
  }
  // A run may be behind the newest page, or no longer kept.
  const isWhole = newest.length < pageSize && now - Date.parse(task.created_at) < keptAtLeastMs
  if (isWhole) return isActive ? 'Never ran' : 'It never ran'
  if (newest.length === 0) return 'No run is on record'
  return newest.length === 1 ? 'The last slot was skipped' : 'The last slots were skipped'
}

const endOf = ({ started_at, created_at, duration_ms }: ListedExecution) =>
  new Date(Date.parse(started_at ?? created_at) + (duration_ms ?? 0)).toISOString()

function shortened(error: string): string {
  const line = error.replace(/\s+/g, ' ').trim()
  return line.length <= errorCharacters ? line.replace(/\.+$/, '') : `${line.slice(0, errorCharacters)}…`
}

/** When it runs next, if it does: `in 3 min 5 s`, `is due now`, `was due 12 s ago`. */
function nextLabel({ task: { status, starts_at } }: TaskState, now: number): string {
  if (status !== 'active' || starts_at === null) return ''
  const next = countdown(starts_at, now)
  if (next.startsWith('in ')) return next
  return next.endsWith('ago') ? `was ${next}` : `is ${next}`
}

/** The same of the first run: `due in 3 min 5 s`, `it was due 12 s ago`. */
const dueLabel = (next: string) => (next.startsWith('in ') ? `due ${next}` : `it ${next}`)
