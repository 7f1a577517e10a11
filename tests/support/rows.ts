import type { Sql } from '../../src/database/sql.ts'
import { sql } from './database.ts'
import { eventually } from './eventually.ts'

export interface TestTask {
  service_id: string
  id: string
}

/** The columns of a task that is hourly, active and due for a second. */
const dueTask = () => ({
  name: 'A task',
  url: 'http://127.0.0.1:9/',
  method: 'GET',
  frequency: 1,
  unit: 'hour',
  scheduled_at: new Date(Date.now() - 1000).toISOString(),
})

/** Writes a task straight into the database; by default hourly, active, due for a second. */
export async function insertTask(task: Record<string, unknown> = {}): Promise<TestTask> {
  const row = {
    service_id: task.service_id ?? (await insertService()),
    id: Bun.randomUUIDv7(),
    ...dueTask(),
    ...task,
  }
  await sql`insert into task ${sql(row as unknown as Record<string, string>)}`
  return { service_id: row.service_id as string, id: row.id }
}

/** Writes `count` equal tasks of a service in one statement, by default like `insertTask`. */
export async function insertTasks(
  count: number,
  task: { service_id: string; url: string; method?: string; payload?: string; scheduled_at?: string },
  database: Sql = sql,
): Promise<void> {
  await database`
    insert into task (service_id, id, name, url, method, payload, frequency, unit, scheduled_at)
    select service_id, gen_random_uuid(), name, url, method, payload, frequency, unit, scheduled_at
    from generate_series(1, ${count}::integer), jsonb_populate_record(null::task, ${database.json({ ...dueTask(), ...task })})`
}

export async function insertService(): Promise<string> {
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

/** Waits until a task has executions with this status, and returns them. */
export async function awaitStatus(task: TestTask, status: string, withinMs?: number): Promise<Row[]> {
  return eventually(
    () => sql<Row[]>`
      select * from execution
      where service_id = ${task.service_id} and task_id = ${task.id} and status = ${status}`,
    `an execution with status ${status}`,
    withinMs,
  )
}

/** Waits until `count` executions of a task have ended, and returns all its executions. */
export async function endedExecutions(task: TestTask, count = 1, withinMs = 15_000): Promise<Row[]> {
  return eventually(
    async () => {
      const rows = await executionsOf(task)
      return rows.filter((row) => ['success', 'failed'].includes(row.status)).length >= count && rows
    },
    `${count} ended executions`,
    withinMs,
  )
}
