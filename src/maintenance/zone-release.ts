import type { Sql } from '../database/sql.ts'
import type { Log } from '../log/log.ts'
import { movedTime } from '../schedule/moved-time.ts'
import { rulesBetween } from '../schedule/rules-between.ts'
import { runtimeSpan, spanAt } from '../schedule/zone.ts'
import type { ZoneRules } from '../schedule/zone-rules.ts'
import { zoneNames, zoneRelease } from '../schedule/zone-source.ts'
import { type CalendarUses, calendarUseIn, readCalendarUses } from '../transitions/calendar-use.ts'
import { type Move, moveNextTimes } from '../transitions/move-next-times.ts'
import { slotOf } from '../transitions/spread.ts'

const dayMs = 86_400_000
/** How far ahead rules are stored, in days. Next times beyond that are moved when a later release is applied. */
const storedDays = 12 * 366

type RulesByZone = Readonly<Record<string, Omit<ZoneRules, 'beyond'>>>

interface StoredRelease {
  readonly version: string
  readonly rules: RulesByZone
}

/** A next slot that tasks with the same pattern and time zone share. */
interface CronTime {
  readonly cron: string
  readonly time_zone: string
  readonly scheduled_at: string
  readonly calendar_use: string
  /** A service with such tasks, if they have a calendar. */
  readonly service_id: string
}

/**
 * Moves the next times of cron tasks when this replica has a newer release of the time zone rules than the one by which they
 * were computed, stores its release, and logs how many tasks were moved. Does nothing when the stored release is the same or
 * newer, or another replica was faster. When no release is stored yet, the rules built into Bun count as the former ones.
 */
export async function applyZoneRelease(sql: Sql, log: Log): Promise<void> {
  const { version, origin } = zoneRelease()
  const stored = await readRelease(sql)
  if (stored && stored.version >= version) return
  const now = Date.now()
  const times = await listCronTimes(sql)
  const uses = await readCalendarUses(sql, times)
  const moves = times.flatMap((time) => {
    const former = stored ? stored.rules[time.time_zone] : runtimeRules(time.time_zone, now)
    return former ? moveOf(time, { ...former, beyond: 'last' }, uses) : []
  })
  const tasks = await storeRelease(sql, { version, rules: currentRules(now) }, stored?.version, moves)
  if (tasks === undefined) return
  const release = { version, origin, former: stored?.version ?? null, tasks }
  if (tasks > 0) log.warn(release, 'the time zone rules have changed; the next times of cron tasks were moved')
  else log.info(release, 'the time zone rules are of a newer release; no next time had to be moved')
}

function moveOf(time: CronTime, former: ZoneRules, uses: CalendarUses): Move[] {
  try {
    const use = uses.get(time.calendar_use)
    const moved = movedTime(time.cron, time.time_zone, Date.parse(time.scheduled_at), former, use)
    return moved === undefined ? [] : [{ ...time, moved_to: new Date(moved).toISOString() }]
  } catch {
    // A pattern or a time zone that this replica does not know: it is logged when the task is due. Or a calendar that has just
    // changed: the next slots of its tasks were computed again.
    return []
  }
}

function runtimeRules(zone: string, now: number): ZoneRules | undefined {
  try {
    return rulesBetween((instant) => runtimeSpan(zone, instant), now - dayMs, now + storedDays * dayMs)
  } catch {
    return undefined
  }
}

function currentRules(now: number): RulesByZone {
  return Object.fromEntries(
    [...zoneNames()].map((zone) => {
      const { changes, offsets } = rulesBetween(
        (instant) => spanAt(zone, instant),
        now - dayMs,
        now + storedDays * dayMs,
      )
      return [zone, { changes, offsets }]
    }),
  )
}

async function readRelease(sql: Sql): Promise<StoredRelease | undefined> {
  const [release] = await sql<StoredRelease[]>`
    /* duly:read_time_zone_release */
    select version, rules
    from time_zone_release`
  return release
}

async function listCronTimes(sql: Sql): Promise<CronTime[]> {
  return sql<CronTime[]>`
    /* duly:list_cron_times */
    select
      cron, time_zone, ${slotOf(sql, sql`task`)} as scheduled_at, ${calendarUseIn(sql)} as calendar_use,
      (array_agg(service_id))[1] as service_id
    from task
    where cron is not null
      and scheduled_at is not null
      and deleted_at is null
    group by 1, 2, 3, 4`
}

/**
 * Stores the release in place of the former one and moves the tasks, in one statement.
 * @returns how many tasks were moved; undefined when another replica was faster and nothing was changed
 */
async function storeRelease(
  sql: Sql,
  release: StoredRelease,
  former: string | undefined,
  moves: readonly Move[],
): Promise<number | undefined> {
  const [row] = await sql<{ is_stored: boolean; tasks: number }[]>`
    /* duly:store_time_zone_release */
    with stored as (
      insert into time_zone_release (version, rules)
      values (${release.version}, ${sql.json(release.rules as never)})
      on conflict (only_row) do update
      set version = excluded.version, rules = excluded.rules, counted_at = now()
      where time_zone_release.version = ${former ?? null}
      returning 1
    ), ${moveNextTimes(sql, moves, sql`exists (select from stored)`)}
    select
      exists (select from stored) as is_stored,
      (select count(*)::integer from moved) as tasks`
  return row?.is_stored ? row.tasks : undefined
}
