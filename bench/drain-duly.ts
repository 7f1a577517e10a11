import type { Bench } from './bench.ts'
import { createBulk } from './bulk.ts'
import type { Scratch } from './database.ts'
import { type Drained, drain } from './drain.ts'
import { outcomesOf } from './executions.ts'
import { seedDue, seedServices } from './seed.ts'
import { launchService, startService, stopService } from './service.ts'
import { type Target, trustTarget } from './target.ts'

const bulkSize = 1_000
const overdueMs = 60_000

/** Drains due tasks of vacuumed and analyzed tables. @throws if an execution fails */
export async function drainVacuumed(bench: Bench, target: Target): Promise<Drained> {
  return drainDuly(bench, target, async ({ sql }) => {
    await seedDue(sql, bench.tasks, `${target.url}/`)
  })
}

/** Drains due tasks that were made through the API just before. @throws if an execution fails */
export async function drainBulk(bench: Bench, target: Target): Promise<Drained> {
  return drainDuly(bench, target, (database) => createDue(database, bench.tasks, `${target.url}/`))
}

async function drainDuly(
  { server, tasks }: Bench,
  target: Target,
  fill: (database: Scratch) => Promise<void>,
): Promise<Drained> {
  const database = await server.fresh()
  try {
    await fill(database)
    return await drain({
      server,
      target,
      tasks,
      start: () => [launchService(database.url, trustTarget)],
      ...outcomesOf(database, tasks),
      stop: stopService,
    })
  } finally {
    await database.drop()
  }
}

/** Creates through `POST /tasks/bulk` the tasks that `seedDue` inserts: daily, due for a minute, one microsecond apart. */
async function createDue({ sql, url: databaseUrl }: Scratch, count: number, url: string): Promise<void> {
  const [service = ''] = await seedServices(sql, 1)
  const { program, base } = await startService(databaseUrl, { SCHEDULER_ENABLED: 'false' })
  const second = new Date(Date.now() - overdueMs).toISOString().slice(0, 19)
  const newTask = (n: number) => ({
    name: `task ${n}`,
    url,
    method: 'GET',
    scheduled_at: `${second}.${String(n % 1e6).padStart(6, '0')}Z`,
    frequency: 1,
    unit: 'day',
  })
  for (let from = 0; from < count; from += bulkSize) {
    const tasks = Array.from({ length: Math.min(bulkSize, count - from) }, (_, n) => newTask(from + n))
    await createBulk(base, service, tasks)
  }
  await stopService(program)
}
