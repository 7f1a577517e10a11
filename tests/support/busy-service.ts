import type { Sql } from '../../src/database/sql.ts'
import { cronNext } from '../../src/schedule/cron-next.ts'
import { unitMs } from '../../src/schedule/unit.ts'
import { bucketOf, emptyHistogram, type Histogram } from '../../src/tally/histogram.ts'
import { type BusyTask, busyTasks } from './busy-tasks.ts'

const zone = 'Europe/Berlin'
const quarterMs = 900_000
const hourMs = 3_600_000

interface Run {
  readonly id: string
  readonly slot_id: string
  readonly task_id: string
  readonly at: number
  readonly attempt: number
  readonly status: 'success' | 'failed' | 'skipped'
  readonly code: number | null
  readonly error: string | null
  readonly response: string | null
  /** Null for what was not sent. */
  readonly took: number | null
}

/**
 * Writes the tasks of busy-tasks.ts for a service, with what they did in the last days: executions, tallies, and what
 * fails now. The same numbers come each time. Nothing is called, as long as no scheduler runs.
 * @returns the ids of the tasks by their names
 */
export async function fillService(sql: Sql, serviceId: string, days: number): Promise<Map<string, string>> {
  const now = Date.now()
  const chance = dice(20_261_124)
  const ids = new Map<string, string>()
  const runs: Run[] = []
  const tasks = busyTasks.map((task, place) => {
    const created = now - (40 * 24 + place * 31) * hourMs
    const id = Bun.randomUUIDv7('hex', created)
    ids.set(task.name, id)
    const { past, next } = timesOf(task, place, now, days)
    if (!task.status) runs.push(...past.flatMap((at) => runsAt(task, id, at, now, chance)))
    return rowOf(task, id, created, next)
  })
  await sql`
    insert into task (
      service_id, id, name, url, method, header, payload, status, frequency, unit, cron, time_zone, retries,
      timeout_seconds, scheduled_at, created_at, updated_at
    )
    select
      ${serviceId}, id, name, url, method, header, payload, status, frequency, unit, cron, time_zone, retries,
      timeout_seconds, scheduled_at, created_at, created_at
    from jsonb_to_recordset(${sql.json(tasks as never)}) as task (
      id uuid, name text, url text, method text, header jsonb, payload text, status text, frequency integer, unit text,
      cron text, time_zone text, retries smallint, timeout_seconds integer, scheduled_at timestamptz, created_at timestamptz
    )`
  await insertRuns(sql, serviceId, runs)
  await insertFailures(sql, serviceId)
  await insertTallies(sql, serviceId, runs)
  await insertFailing(sql, serviceId, ids, now)
  return ids
}

function rowOf(task: BusyTask, id: string, created: number, next: number) {
  const { method, url } = task
  const every = typeof task.schedule === 'string' ? undefined : task.schedule
  return {
    id,
    name: task.name,
    method,
    url,
    header: { Accept: 'application/json', ...(method === 'POST' ? { 'Content-Type': 'application/json' } : {}) },
    payload: method === 'POST' ? '{"source":"duly","dry_run":false}' : null,
    status: task.status ?? 'active',
    frequency: every?.[0] ?? null,
    unit: every?.[1] ?? null,
    cron: every ? null : task.schedule,
    time_zone: every ? null : zone,
    retries: task.flaky ? 2 : 0,
    timeout_seconds: task.takes > 10_000 ? 120 : null,
    scheduled_at: new Date(next).toISOString(),
    created_at: new Date(created).toISOString(),
  }
}

/** When a task ran in the last days, and when it runs next, in ms. */
function timesOf(task: BusyTask, place: number, now: number, days: number): { past: number[]; next: number } {
  const past: number[] = []
  const from = now - days * 24 * hourMs
  if (typeof task.schedule === 'string') {
    let at = cronNext(task.schedule, zone, from)
    for (; at !== undefined && at <= now; at = cronNext(task.schedule, zone, at)) past.push(at)
    return { past, next: at ?? now }
  }
  const [frequency, unit] = task.schedule
  const step = frequency * unitMs[unit]
  // Each at a minute of its own.
  const first = Math.floor(now / step) * step + ((place * 7 * 60_000) % step)
  const next = first > now ? first : first + step
  for (let at = next - step; at >= from; at -= step) past.push(at)
  return { past, next }
}

/** One run, or the attempts at it. */
function runsAt(task: BusyTask, id: string, at: number, now: number, chance: () => number): Run[] {
  const took = Math.round(task.takes * (0.7 + chance() * 0.5 + (chance() < 0.04 ? 2 : 0)))
  const run = { task_id: id, slot_id: uuidAt(at), id: uuidAt(at), at, attempt: 1, took }
  const good = { status: 'success', code: 200, error: null, response: task.answer ?? '{"ok":true}' } as const
  const { broken, flaky = 0 } = task
  if (broken && at > now - broken.hours * hourMs)
    return [{ ...run, status: 'failed', code: broken.code, error: broken.error, response: broken.body || null }]
  if (chance() * 1_000 < 2)
    return [{ ...run, status: 'skipped', code: null, error: 'the last run still went on', response: null, took: null }]
  if (chance() * 1_000 >= flaky) return [{ ...run, ...good }]
  const busy = {
    status: 'failed',
    code: 503,
    error: 'the target answered 503',
    response: 'Too busy, try later.',
  } as const
  const again = { ...run, id: uuidAt(at + 4_000), at: at + 4_000, attempt: 2 }
  return [
    { ...run, ...busy },
    { ...again, ...good },
  ]
}

async function insertRuns(sql: Sql, serviceId: string, runs: readonly Run[]): Promise<void> {
  const rows = runs.map((run) => ({ ...run, at: new Date(run.at).toISOString() }))
  await sql`
    insert into execution (
      service_id, task_id, id, slot_id, replica_id, status, status_code, error, response, duration_ms, attempt,
      created_at, scheduled_for, started_at
    )
    select
      ${serviceId}, task_id, id, slot_id, case when took is not null then ${serviceId}::uuid end, status, code, error,
      response, took, attempt, at, at, case when took is not null then at end
    from jsonb_to_recordset(${sql.json(rows as never)}) as run (
      task_id uuid, id uuid, slot_id uuid, status text, code integer, error text, response text, took integer,
      attempt smallint, at timestamptz
    )`
}

/** What searches read of failed executions. An attempt has settled unless a later one at its slot was made. */
async function insertFailures(sql: Sql, serviceId: string): Promise<void> {
  await sql`
    with failure as materialized (
      select *, hashtextextended(concat(status_code, ' ', error), 0) as reason
      from execution
      where service_id = ${serviceId}
        and status = 'failed'
    ), recorded_reason as (
      insert into failure_reason (service_id, reason, status_code, error)
      select distinct service_id, reason, status_code, error
      from failure
    )
    insert into failed_execution (service_id, created_at, failed_at, id, task_id, reason, settled)
    select service_id, created_at, created_at, id, task_id, reason, not exists (
      select
      from execution later
      where later.service_id = failure.service_id
        and later.task_id = failure.task_id
        and later.slot_id = failure.slot_id
        and later.attempt > failure.attempt
    )
    from failure`
}

async function insertTallies(sql: Sql, serviceId: string, runs: readonly Run[]): Promise<void> {
  const quarters = new Map<number, Record<Run['status'], number> & { duration: Histogram; skew: Histogram }>()
  for (const run of runs) {
    const at = Math.floor(run.at / quarterMs) * quarterMs
    const sums = quarters.get(at) ?? {
      success: 0,
      failed: 0,
      skipped: 0,
      duration: emptyHistogram(),
      skew: emptyHistogram(),
    }
    quarters.set(at, sums)
    sums[run.status]++
    if (run.took === null) continue
    ;(sums.duration[bucketOf(run.took)] as number)++
    ;(sums.skew[bucketOf(4 + (run.took % 23))] as number)++
  }
  const rows = [...quarters].map(([at, sums]) => ({ ...sums, at: new Date(at).toISOString() }))
  await sql`
    insert into tally (service_id, at, shard, success, failed, skipped, duration_ms, skew_ms)
    select ${serviceId}, at, 0, success, failed, skipped, duration, skew
    from jsonb_to_recordset(${sql.json(rows as never)}) as quarter (
      at timestamptz, success integer, failed integer, skipped integer, duration integer[], skew integer[]
    )`
}

/** Whatever the time of day, what is broken has failed for more than an hour. */
async function insertFailing(sql: Sql, serviceId: string, ids: Map<string, string>, now: number): Promise<void> {
  for (const { name, broken } of busyTasks)
    if (broken)
      await sql`
        insert into failing_task (service_id, task_id, since, last_failed_at, consecutive, settled, error)
        select
          ${serviceId}, task_id, least(min(created_at), ${new Date(now - 2 * hourMs).toISOString()}::timestamptz), max(created_at),
          count(*), count(distinct slot_id), ${broken.error}
        from execution
        where service_id = ${serviceId}
          and task_id = ${ids.get(name) as string}
          and created_at > ${new Date(now - broken.hours * hourMs).toISOString()}
        group by task_id`
}

const uuidAt = (at: number) => Bun.randomUUIDv7('hex', at)

/** Numbers from 0 to 1 that are the same each time (mulberry32). */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
