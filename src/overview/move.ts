import type { Sql } from '../database/sql.ts'
import { formatTime } from '../formats/time.ts'
import type { Caller } from '../http/caller.ts'
import { invalid } from '../http/errors.ts'
import type { Log } from '../log/log.ts'
import { recurrenceOf } from '../schedule/kind.ts'
import { movedSlot } from '../schedule/moved-slot.ts'
import { type Shifted, shiftPattern } from '../schedule/shift-pattern.ts'
import { unitMs } from '../schedule/unit.ts'
import type { ChangedTask, Chosen, ChosenTask } from './chosen.ts'
import type { LeftOutRuns, MovedRuns, RunsMove } from './move-model.ts'
import { moveTasks } from './move-queries.ts'
import { onceEach } from './once-each.ts'
import { calendarChanges, changeRuns, leftOut, tooFar, unreadable } from './runs-change.ts'

const minuteMs = 60_000
/** A start that is nearer than this might be past when it is written. */
const soonMs = 2_000

/**
 * Moves the tasks of a service that run in one quarter hour of the coming day, or those with some ids, by some minutes, with all
 * their coming runs. Left out is what cannot be moved without another change: see `docs/tasks.md`.
 * @throws ApiError 400 for a time that begins no quarter hour of the coming day, for 0 minutes, and unless tasks are given in one way
 */
export async function moveRuns(sql: Sql, log: Log, caller: Caller, body: RunsMove): Promise<MovedRuns> {
  const { minutes } = body
  if (minutes === 0) throw invalid([{ path: '/minutes', message: 'must not be 0: nothing would move' }])
  return changeRuns(sql, log, caller, body, {
    spreadSeconds: 1,
    planning: (chosen) => {
      const patterns = movingPatterns(minutes, chosen)
      return (task) => planMove(task, minutes, chosen, patterns)
    },
    write: (batch) => moveTasks(sql, caller, batch),
  })
}

/** Returns when a task starts after a move, and its pattern, or why it is left out. */
function planMove(
  task: ChosenTask,
  minutes: number,
  chosen: Chosen,
  patterns: MovingPatterns,
): ChangedTask | LeftOutRuns {
  const { now } = chosen
  const start = Date.parse(task.starts_at as string)
  const isActive = task.status === 'active'
  // First what stays true: one that can never be moved is not to be tried again when it has started.
  const placed = placeOf(task, minutes, chosen, patterns)
  if ('reason' in placed) return placed
  const far = tooFar(task, placed.startsAt)
  if (far) return far
  if (isActive && start <= now + soonMs) return leftOut(task, 'due', 'It is due now: move it when it has started.')
  const at = formatTime(placed.startsAt)
  if (isActive && placed.startsAt <= now + soonMs)
    return leftOut(task, 'past', `Its next run would have been at ${at}, which is past. Move it after that run.`)
  if (task.last_at !== null && placed.startsAt > Date.parse(task.last_at))
    return leftOut(task, 'ends', `It ends before ${at}.`)
  if (task.queued_for !== null && placed.startsAt <= Date.parse(task.queued_for))
    return leftOut(
      task,
      'retry',
      `It waits for a retry or another run, and its next run would come before that, at ${at}.`,
    )
  return { task, offset: task.offset, ...placed }
}

function placeOf(
  task: ChosenTask,
  minutes: number,
  chosen: Chosen,
  patterns: MovingPatterns,
): Pick<ChangedTask, 'cron' | 'startsAt'> | LeftOutRuns {
  const recurrence = recurrenceOf(task)
  const start = Date.parse(task.starts_at as string)
  if (recurrence.kind === 'once') return { cron: null, startsAt: start + minutes * minuteMs }
  if (recurrence.kind === 'interval') {
    // An interval that is moved by more than its length is moved by the rest: no run is left out.
    const length = recurrence.unit === 'month' ? undefined : recurrence.frequency * unitMs[recurrence.unit]
    const by = length === undefined ? minutes * minuteMs : (minutes * minuteMs) % length
    if (by === 0) return leftOut(task, 'pattern', 'It would run at the same times as before.')
    const slot = Date.parse(task.slot as string)
    if (length === undefined && dayOf(slot) !== dayOf(slot + by))
      return leftOut(task, 'other_day', 'It would run on another day of the month (in UTC).')
    return { cron: null, startsAt: start + by }
  }
  const { cron, time_zone: zone } = recurrence
  const shifted = patterns.shift(cron, zone, task.calendar_use !== '')
  if ('problem' in shifted) return leftOut(task, 'pattern', `It ${shifted.problem}.`)
  if (!chosen.uses.has(task.calendar_use)) return leftOut(task, 'changed', calendarChanges)
  const slot = Date.parse(task.slot as string)
  // A first run at a given time need not be a time of the pattern.
  const moved = task.is_given
    ? slot + minutes * minuteMs
    : patterns.slotAfter(slot, cron, shifted.cron, zone, task.calendar_use)
  if (typeof moved !== 'number') return leftOut(task, 'pattern', `It ${moved.problem}.`)
  return { cron: shifted.cron, startsAt: moved + task.offset * 1000 }
}

const dayOf = (ms: number) => new Date(ms).getUTCDate()

/** What is worked out of patterns that are moved, each once however many tasks have them. */
interface MovingPatterns {
  shift(cron: string, zone: string, hasCalendar: boolean): Shifted
  /** Returns the slot that stands for the next one after the move, or why there is none: a clause that follows "it". */
  slotAfter(slot: number, from: string, to: string, zone: string, use: string): number | { readonly problem: string }
}

function movingPatterns(minutes: number, { uses }: Chosen): MovingPatterns {
  const shift: MovingPatterns['shift'] = (cron, zone, hasCalendar) => {
    try {
      return shiftPattern(cron, minutes, { zone, hasCalendar })
    } catch {
      return { problem: unreadable }
    }
  }
  const slotAfter: MovingPatterns['slotAfter'] = (slot, from, to, zone, use) => {
    try {
      const moved = movedSlot(slot, { from, to, zone, minutes, use: uses.get(use) })
      return moved ?? { problem: 'would have no run to come' }
    } catch {
      return { problem: unreadable }
    }
  }
  return { shift: onceEach(shift), slotAfter: onceEach(slotAfter) }
}
