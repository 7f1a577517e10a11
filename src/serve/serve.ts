import { createApp } from '../app.ts'
import type { Config } from '../config.ts'
import { type ConnectOptions, connect } from '../database/connect.ts'
import { countPending } from '../database/migrations.ts'
import type { PoolLoad, Replacement } from '../database/sql.ts'
import { openDatabase } from '../embedded-postgres/open-database.ts'
import { databaseAway, errorResponse } from '../http/errors.ts'
import { withSecurityHeaders } from '../http/security-headers.ts'
import { createLog, type Log, logDatabaseAway, unwrittenLines } from '../log/log.ts'
import { Maintenance } from '../maintenance/maintenance.ts'
import { databaseFigures } from '../metrics/database-figures.ts'
import { Metrics } from '../metrics/metrics.ts'
import { OutboundPolicy } from '../outbound/policy.ts'
import { useNewestZones, zoneRelease } from '../schedule/zone-source.ts'
import { statementSeconds } from '../scheduler/claim/in-doubt.ts'
import { Scheduler } from '../scheduler/scheduler.ts'
import { openKeyring } from '../secrets/keyring.ts'
import { SecretNames } from '../secrets/names.ts'
import { Secrets } from '../secrets/secrets.ts'
import { listenPatiently } from './listen.ts'
import { Preparation } from './prepare.ts'
import { listenForSignals, type Signals } from './signals.ts'
import { startBanner } from './start-banner.ts'
import { logUnhandledErrors } from './unhandled-errors.ts'

/** Connections of the API and of the scheduler: apart, so that neither can starve the other. */
const apiConnections = 8
const schedulerConnections = 4

const noKey =
  'SECRET_KEY is not set: tasks with secret request headers (Authorization, Cookie, …) are refused, and those that are stored cannot be called. Set it to 32 bytes in base64, as openssl rand -base64 32 makes them, and keep a copy'

const causes: Readonly<Record<Replacement, string>> = {
  silent: 'had stopped answering',
  'read-only': 'met a server that takes no writes',
}

type Handler = (request: Request, peer?: string) => Response | Promise<Response>
/** The door to the outside, open before there is anything behind it. */
interface Door {
  readonly port: number
  answer: Handler
  /** Lets nobody in any more, and gives those inside 2 s. */
  close(): Promise<void>
}

/**
 * The whole service, until a signal ends it: database, migrations, API and dashboard, scheduler. With a database of
 * one's own that is away it starts all the same, answers 503, and goes on when the database comes.
 * @throws an error whose message is a sentence for a person, when it cannot start; nothing is left running then
 */
export async function serve(config: Config): Promise<void> {
  const log = createLog(config.logLevel)
  useNewestZones(config.zoneDirectories)
  logUnhandledErrors(log)
  const signals = listenForSignals()
  const door = await openDoor(config)
  const database = await openDatabase(config, console.log, { service: true })
  try {
    await serveFrom(database.url, { config, log, signals, door })
  } finally {
    await database.close()
  }
  log.info('stopped')
}

async function serveFrom(
  url: string,
  { config, log, signals, door }: { config: Config; log: Log; signals: Signals; door: Door },
): Promise<void> {
  const pools: PoolLoad[] = []
  const open = (options: ConnectOptions) => {
    const { name, max } = options
    const load: PoolLoad = { name: name.replace('duly ', ''), max, underWay: 0, ended: 0 }
    pools.push(load)
    const replaced = (why: Replacement) =>
      logDatabaseAway(log, 'warn', {}, `the connections "${name}" ${causes[why]}; they were replaced`)
    return connect(url, { ...options, replaced, load })
  }
  const sql = open({ name: 'duly api', max: apiConnections, statementTimeoutSeconds: 10 })
  const engine = open({
    name: 'duly scheduler',
    max: schedulerConnections,
    statementTimeoutSeconds: statementSeconds,
    lockTimeoutMs: 500,
    byKey: true,
  })
  // What may take long and read ranges: partitions and deleted rows, what a lost replica left, what a lost answer took.
  const slow = open({ name: 'duly upkeep', max: 3, statementTimeoutSeconds: 30 })
  // One, and for little time: a scrape takes no connection from the API, and holds up nothing.
  const scraped = open({ name: 'duly metrics', max: 1, statementTimeoutSeconds: 2 })
  const policy = new OutboundPolicy(config.outbound)
  const secrets = new Secrets(new SecretNames(config.secretHeaders), openKeyring(config))
  const scheduler = config.schedulerEnabled ? new Scheduler(engine, slow, log, policy, secrets, config) : undefined
  const maintenance = new Maintenance({ sql: slow, log, settings: config, secrets })
  const metrics = new Metrics({
    scheduler: scheduler && (() => scheduler.figures()),
    database: databaseFigures(scraped),
    pools,
    unwrittenLogLines: () => unwrittenLines(log),
  })
  const preparation = new Preparation(url, sql, config, log)
  let awaitsFirstPass = scheduler !== undefined && config.schedulerOnTime
  const app = await createApp({
    sql,
    log,
    metrics,
    policy,
    secrets,
    trustedProxies: config.trustedProxies,
    schedulerCron: config.schedulerCron,
    readiness: {
      starting: () => preparation.waitsFor,
      awaitsFirstPass: () => awaitsFirstPass,
      pendingMigrations: () => countPending(sql),
      lastPass: () => scheduler?.lastPass(),
    },
  })
  door.answer = app.fetch
  const ready = await Promise.race([preparation.run(signals.ending), signals.first])
  if (ready) {
    if (secrets.keyring === undefined) log.warn(noKey)
    console.log(startBanner(door.port, ready.credentials, config))
    await maintenance.start()
    await scheduler?.start()
    if (awaitsFirstPass) await Promise.race([scheduler?.firstPass, signals.first])
    awaitsFirstPass = false
    const { version, origin } = zoneRelease()
    log.info(
      {
        port: door.port,
        scheduler: config.schedulerEnabled,
        seats: config.schedulerConcurrency,
        time_zones: `${version} (${origin})`,
      },
      'ready',
    )
    await signals.first
  }
  log.info('stopping')
  // Little is left beyond the grace: whoever sent the signal has a limit too, 30 s as a rule.
  await Promise.all([door.close(), maintenance.stop(), ready ? scheduler?.stop(signals.second) : undefined])
  await Promise.all([sql, engine, slow, scraped].map((pool) => pool.end({ timeout: 1 })))
}

async function openDoor(config: Config): Promise<Door> {
  const door: Door = { port: config.port, answer: starting, close: async () => {} }
  const servers = await listenPatiently(config.hosts, config.port, (request, peer) => door.answer(request, peer))
  return Object.assign(door, {
    port: servers[0]?.port ?? config.port,
    close: async () => {
      await Promise.race([Promise.all(servers.map((server) => server.stop())), Bun.sleep(2_000)])
    },
  })
}

/** The answer before there is a database to ask. */
function starting(request: Request): Response {
  // Without a Host, as some load balancers ask, the address is a bare path, and with a wrong one it is none at all.
  const isLive = URL.parse(request.url, 'http://localhost')?.pathname === '/health/live'
  return withSecurityHeaders(
    isLive
      ? Response.json({ status: 'live' }, { headers: { 'cache-control': 'no-store' } })
      : errorResponse(databaseAway),
  )
}
