import type { Sql } from '../database/sql.ts'
import { formatTime } from '../formats/time.ts'
import { inSlices } from '../task-sets/in-slices.ts'
import { calendarUseIn } from '../transitions/calendar-use.ts'
import { offsetIn, offsetOf, slotOf } from '../transitions/spread.ts'
import { assumedStart } from './assumed-start.ts'
import { membersOf } from './group-members.ts'
import type { DueRuns, LeftOutRuns, MovedRuns } from './move-model.ts'
import { countUpcoming } from './quarters.ts'
import { groupEnd, type TaskGroup } from './queries.ts'
import { type ReadGroups, readGroups, runningIn } from './read-groups.ts'

/** The most tasks that one request moves or spreads. */
export const mostTasks = 20_000
/** The most tasks that are named with why they were left out. */
export const namedAtMost = 100

/** Which tasks are meant: those of a quarter hour, or these. */
export interface Choice {
  readonly at?: string | undefined
  readonly ids?: readonly string[] | undefined
}

/** A task that is to be moved or spread. */
export interface ChosenTask extends Omit<TaskGroup, 'count' | 'now' | 'at'> {
  readonly id: string
  readonly name: string
  readonly version: number
  readonly phase: 'keep' | 'restart'
  /** When it starts next, and the slot that this start belongs to; null for a task without a run to come. */
  readonly starts_at: string | null
  readonly slot: string | null
  /** Whether this slot is a first run at a time that somebody has given. */
  readonly is_given: boolean
  readonly once_running: boolean
  readonly queued_for: string | null
  /** It does not start later than this; null for no end. */
  readonly last_at: string | null
  /** How many seconds after its slots it would start with the spread that is asked for. */
  readonly new_offset: number
}

/** The tasks that a request means, and what the coming day is like before anything changes. */
export interface Chosen extends ReadGroups {
  readonly tasks: readonly ChosenTask[]
  /** Of the ids that were given, those of no task. */
  readonly unknown: readonly string[]
  /** How many tasks are meant but are more than one request changes. */
  readonly surplus: number
}

/**
 * Reads the tasks that a request means.
 * @param seconds the spread that is asked for; 1 for none
 * @throws ApiError 400 for a time that begins no quarter hour of the coming day
 */
export async function readChosen(sql: Sql, serviceId: string, { at, ids }: Choice, seconds: number): Promise<Chosen> {
  const read = await readGroups(sql, serviceId)
  const running = at === undefined ? [] : (await runningIn(read, at)).running
  const tasks =
    ids === undefined && running.length === 0
      ? []
      : await readTasks(sql, serviceId, ids ?? { groups: running, now: read.nowText }, seconds)
  const known = new Set(tasks.map(({ id }) => id))
  const unknown = [...new Set((ids ?? []).map((id) => id.toLowerCase()))].filter((id) => !known.has(id))
  const meant = running.reduce((sum, { count }) => sum + count, 0)
  return { ...read, tasks, unknown, surplus: Math.max(0, meant - mostTasks) }
}

interface GroupsAt {
  readonly groups: readonly TaskGroup[]
  readonly now: string
}

async function readTasks(
  sql: Sql,
  serviceId: string,
  which: readonly string[] | GroupsAt,
  seconds: number,
): Promise<ChosenTask[]> {
  const meant =
    'groups' in which
      ? membersOf(sql, serviceId, which.groups, which.now)
      : sql`
        from task
        where task.service_id = ${serviceId}
          and task.id = any(${which as string[]}::uuid[])
          and task.deleted_at is null`
  return sql<ChosenTask[]>`
    /* duly:read_chosen_tasks */
    select
      task.id, task.name, task.version, task.status, task.frequency, task.unit, task.cron, task.time_zone,
      coalesce(task.phase, 'keep') as phase, ${calendarUseIn(sql)} as calendar_use, task.scheduled_at as starts_at, ${slotOf(sql, sql`task`)} as slot,
      ${offsetIn(sql)} as offset, task.spread_seconds is not null as is_spread, ${groupEnd(sql, offsetIn(sql))},
      coalesce(task.given_at = ${slotOf(sql, sql`task`)}, false) as is_given, task.once_running, task.queued_for,
      task.ends_at + make_interval(secs => ${offsetIn(sql)}) as last_at, ${offsetOf(sql, sql`task.id`, sql`${seconds}::integer`)} as new_offset
    ${meant}
    order by task.id
    limit ${mostTasks}`
}

/** What is known of a task's coming runs: `TaskGroup` of a task alone. */
type Runs = Pick<
  ChosenTask,
  'frequency' | 'unit' | 'cron' | 'time_zone' | 'calendar_use' | 'ends_at' | 'runs_left' | 'offset' | 'phase'
>

/** A task that changes, with when it starts, and how, afterwards. */
export interface ChangedTask {
  readonly task: ChosenTask
  readonly cron: string | null
  readonly offset: number
  /** In ms. */
  readonly startsAt: number
}

/** Returns the runs of the coming day before and after a change. */
async function beforeAndAfter(
  { groups, uses, nowText, now }: Chosen,
  changed: readonly ChangedTask[],
): Promise<{ before: DueRuns[]; upcoming: DueRuns[] }> {
  // Tasks with the same times are counted once.
  const sums = new Map<string, { group: TaskGroup; count: number }>()
  const add = (runs: Runs, starts: number, count: number) => {
    // Like the groups: to the minute.
    const at = Math.floor(assumedStart(runs, starts, now) / 60_000) * 60_000
    const offset = Math.floor(runs.offset / 60) * 60
    const { frequency, unit, cron, time_zone, calendar_use, ends_at, runs_left } = runs
    const key = JSON.stringify([frequency, unit, cron, time_zone, calendar_use, ends_at, runs_left, offset, at])
    const sum = sums.get(key)
    if (sum) sum.count += count
    else {
      const fields = { frequency, unit, cron, time_zone, calendar_use, ends_at, runs_left, offset }
      const group = {
        ...fields,
        at: formatTime(at),
        status: 'active' as const,
        count: 0,
        is_spread: false,
        now: nowText,
      }
      sums.set(key, { group, count })
    }
  }
  await inSlices(changed, ({ task, cron, offset, startsAt }) => {
    if (task.status !== 'active' || task.once_running || task.starts_at === null) return
    const ofPattern = (seconds: number) => (task.cron === null ? 0 : seconds)
    add({ ...task, offset: ofPattern(task.offset) }, Date.parse(task.starts_at), -1)
    const shifted = (end: string) => formatTime(Date.parse(end) + (offset - task.offset) * 1000)
    const ends_at = task.ends_at === null ? null : shifted(task.ends_at)
    add({ ...task, cron, ends_at, offset: ofPattern(offset) }, startsAt, 1)
  })
  const moves = [...sums.values()].filter(({ count }) => count !== 0)
  const before = await countUpcoming(groups, now, uses)
  const change = await countUpcoming(
    moves.map(({ group, count }) => ({ ...group, count })),
    now,
    uses,
  )
  const upcoming = before.map(({ at, count }, quarter) => ({ at, count: count + (change[quarter]?.count ?? 0) }))
  return { before, upcoming }
}

/**
 * Returns the answer of what was changed, or would be.
 * @param leftOut why each of the others is not
 * @param isDone false for a dry run
 */
export async function answer(
  chosen: Chosen,
  changed: readonly ChangedTask[],
  leftOut: readonly LeftOutRuns[],
  isDone: boolean,
): Promise<MovedRuns> {
  const unknown = chosen.unknown.map(
    (id): LeftOutRuns => ({ id, name: null, reason: 'not_found', message: 'There is no such task.' }),
  )
  const all = [...leftOut, ...unknown]
  return {
    tasks: changed.length,
    left: all.length + chosen.surplus,
    changed: isDone ? changed.map(({ task }) => task.id) : [],
    left_out: all.slice(0, namedAtMost),
    ...(await beforeAndAfter(chosen, changed)),
  }
}
