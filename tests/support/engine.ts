import { connect } from '../../src/database/connect.ts'
import type { Sql } from '../../src/database/sql.ts'
import { Scheduler } from '../../src/scheduler/scheduler.ts'
import { emptyDatabase, sql, testDatabaseUrl } from './database.ts'
import { outbound } from './outbound.ts'
import { secrets } from './secrets.ts'
import { silentLog } from './silent-log.ts'

/** A connection like the scheduler's own. */
export const engine: Sql = connect(testDatabaseUrl, {
  max: 4,
  statementTimeoutSeconds: 20,
  name: 'duly test',
  byKey: true,
})

const settings = {
  schedulerCron: '*/10 * * * *',
  schedulerOnTime: true,
  schedulerConcurrency: 64,
  requestTimeoutSeconds: 30,
  shutdownGraceSeconds: 1,
}

const policy = outbound()
const running: Scheduler[] = []

/** Starts a real scheduler over the test database; `stopSchedulers` ends it. */
export async function startScheduler(changes: Partial<typeof settings> = {}): Promise<Scheduler> {
  const scheduler = new Scheduler({
    sql: engine,
    maintenance: sql,
    log: silentLog,
    policy,
    secrets,
    settings: { ...settings, ...changes },
  })
  running.push(scheduler)
  await scheduler.start()
  return scheduler
}

/** For afterEach: ends every scheduler that a test started, calls in flight included. */
export async function stopSchedulers(): Promise<void> {
  await Promise.all(running.splice(0).map((scheduler) => scheduler.stop(Promise.resolve())))
}

export interface TestTask {
  service_id: string
  id: string
}

/** Writes a task straight into the database; by default hourly, active, due since a second. */
export async function insertTestTask(task: Record<string, unknown> = {}): Promise<TestTask> {
  const row = {
    service_id: task.service_id ?? (await insertTestService()),
    id: Bun.randomUUIDv7(),
    name: 'A task',
    url: 'http://127.0.0.1:9/',
    method: 'GET',
    frequency: 1,
    unit: 'hour',
    scheduled_at: new Date(Date.now() - 1000).toISOString(),
    ...task,
  }
  await sql`insert into task ${sql(row as unknown as Record<string, string>)}`
  return { service_id: row.service_id as string, id: row.id }
}

export async function insertTestService(): Promise<string> {
  const id = Bun.randomUUIDv7()
  await sql`insert into service (id, name, token_hash) values (${id}, 'team', sha256('token'))`
  return id
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads the columns it names
type Row = any

/** A task's executions, oldest first. */
export async function executionsOf(task: TestTask): Promise<Row[]> {
  return sql`select * from execution where service_id = ${task.service_id} and task_id = ${task.id} order by created_at, id`
}

export async function taskRow(task: TestTask): Promise<Row> {
  const [row] = await sql`select * from task where service_id = ${task.service_id} and id = ${task.id}`
  return row
}

/** Asks again until the answer is there, and fails with what was waited for after `ms`. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  ms = 15_000,
): Promise<T> {
  const end = performance.now() + ms
  for (;;) {
    const answer = await ask()
    if (answer) return answer
    if (performance.now() > end) throw new Error(`waited ${ms} ms in vain: ${what}`)
    await Bun.sleep(10)
  }
}

/** Waits until a task has `count` executions that ended, and returns all it has. */
export async function settled(task: TestTask, count = 1, ms = 15_000): Promise<Row[]> {
  return until(
    `${count} ended executions`,
    async () => {
      const rows = await executionsOf(task)
      return rows.filter((row) => ['success', 'failed'].includes(row.status)).length >= count && rows
    },
    ms,
  )
}

export { emptyDatabase, sql }
