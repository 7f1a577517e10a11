import { connect } from '../../src/database/connect.ts'
import type { Sql } from '../../src/database/sql.ts'
import { Scheduler } from '../../src/scheduler/scheduler.ts'
import { sql, testDatabaseUrl } from './database.ts'
import { outbound } from './outbound.ts'
import { secrets } from './secrets.ts'
import { silentLog } from './silent-log.ts'

/** A connection like the scheduler's own. */
export const schedulerSql: Sql = connect(testDatabaseUrl, {
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
  trace: { isSent: true, sampleRatio: 1, url: undefined as string | undefined },
}

const policy = outbound()
const running: Scheduler[] = []

/** Starts a real scheduler over the test database; `stopSchedulers` ends it. */
export async function startScheduler(changes: Partial<typeof settings> = {}): Promise<Scheduler> {
  const scheduler = new Scheduler({
    sql: schedulerSql,
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
