import { createApp } from './app.ts'
import type { Config } from './config.ts'
import { connect, databaseIsAway } from './database/connect.ts'
import { countPending, migrate } from './database/migrate.ts'
import { type Database, openDatabase } from './database/open.ts'
import { databaseAway, errorResponse } from './errors.ts'
import { listen } from './listen.ts'
import { createLog, type Log } from './log.ts'
import { Upkeep } from './maintenance/upkeep.ts'
import { Scheduler } from './scheduler/scheduler.ts'
import { ensureFirstService } from './services/first-service.ts'
import { welcome } from './welcome.ts'

/** Connections of the API and of the scheduler: apart, so that neither can starve the other. */
const apiConnections = 8
const schedulerConnections = 4

/**
 * The whole service, until a signal ends it: database, migrations, API and dashboard, scheduler. With a database of
 * one's own that is away it starts all the same, answers 503, and goes on when the database comes.
 * @throws an error whose message is a sentence for a person, when it cannot start
 */
export async function serve(config: Config): Promise<void> {
  const log = createLog(config.logLevel)
  const signals = listenForSignals()
  let answer: (request: Request) => Response | Promise<Response> = starting
  const servers = listen(config.hosts, config.port, (request) => answer(request))
  const port = servers[0]?.port ?? config.port
  const database = await openDatabase(config, console.log)
  const sql = connect(database.url, { max: apiConnections, statementTimeoutSeconds: 10, name: 'duly api' })
  const engine = connect(database.url, {
    max: schedulerConnections,
    statementTimeoutSeconds: 15,
    name: 'duly scheduler',
  })
  const scheduler = config.schedulerEnabled ? new Scheduler(engine, log, config) : undefined
  const upkeep = new Upkeep(engine, log, config.executionRetentionDays)
  const app = await createApp({
    sql,
    log,
    readiness: { pendingMigrations: () => countPending(sql), lastPass: () => scheduler?.lastPass() },
  })
  answer = app.fetch
  const ready = await Promise.race([prepare(database, log), signals.first.then(() => false)])
  if (ready) {
    const credentials = await ensureFirstService(sql, config, log)
    console.log(welcome(port, credentials, config))
    await upkeep.start()
    await scheduler?.start()
    log.info({ port, scheduler: config.schedulerEnabled, seats: config.schedulerConcurrency }, 'ready')
    await signals.first
  }
  log.info('stopping')
  const closing = Promise.all(servers.map((server) => server.stop()))
  await scheduler?.stop(signals.second)
  await upkeep.stop()
  await Promise.race([closing, Bun.sleep(2_000)])
  await Promise.all([sql.end({ timeout: 2 }), engine.end({ timeout: 2 })])
  await database.close()
  log.info('stopped')
}

/** The answer before there is a database to ask. */
function starting(request: Request): Response {
  return new URL(request.url).pathname === '/health/live'
    ? Response.json({ status: 'live' })
    : errorResponse(databaseAway)
}

/** Migrates, and waits for a database that is away, saying so once. */
async function prepare(database: Database, log: Log): Promise<boolean> {
  for (let said = false; ; said = true) {
    try {
      for (const line of await migrate(database.url)) log.info(line)
      return true
    } catch (error) {
      if (!databaseIsAway(error)) throw error
      if (!said) log.error({ err: error }, 'the database cannot be reached; the start waits for it')
      await Bun.sleep(1_000)
    }
  }
}

/** The first SIGTERM or SIGINT asks for the end, the second for a quick one. */
function listenForSignals(): { first: Promise<void>; second: Promise<void> } {
  const first = Promise.withResolvers<void>()
  const second = Promise.withResolvers<void>()
  let count = 0
  for (const name of ['SIGTERM', 'SIGINT'] as const)
    process.on(name, () => {
      if (count++ === 0) first.resolve()
      else second.resolve()
    })
  return { first: first.promise, second: second.promise }
}
