import { createApp } from '../app.ts'
import type { Config } from '../config/config.ts'
import { type ConnectOptions, connect } from '../database/connect.ts'
import { countPending } from '../database/migrations.ts'
import type { PoolLoad, Replacement } from '../database/sql.ts'
import { openDatabase } from '../embedded-postgres/open-database.ts'
import { databaseUnavailable, errorResponse } from '../http/errors.ts'
import { withSecurityHeaders } from '../http/security-headers.ts'
import { createLog, type Log, logDatabaseUnavailable, unwrittenLines } from '../log/log.ts'
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
import { listenWithRetry, type RequestHandler } from './listen.ts'
import { Preparation } from './prepare.ts'
import { listenForSignals, type Signals } from './signals.ts'
import { startBanner } from './start-banner.ts'
import { logUnhandledErrors } from './unhandled-errors.ts'

/** Connections of the API and of the scheduler. Each has a pool of its own, so that neither can starve the other. */
const apiConnections = 8
const schedulerConnections = 4

const noKey =
  'SECRET_KEY is not set: tasks with secret request headers (Authorization, Cookie, …) are refused, and those that are stored cannot be called. Set it to 32 bytes in base64, as openssl rand -base64 32 makes them, and keep a copy'

const causes: Readonly<Record<Replacement, string>> = {
  silent: 'stopped answering',
  'read-only': 'reached a read-only server',
}

/** The open port. It is opened before anything else, with a handler that responds 503. */
interface Listener {
  readonly port: number
  /** Handles requests. Replaced once the app exists. */
  handle: RequestHandler
  /** Stops accepting connections, and waits up to 2 s for requests under way. */
  close(): Promise<void>
}

/**
 * Runs the service until a signal ends it: database, migrations, API, dashboard and scheduler. While the database of
 * DATABASE_URL is unavailable, the start waits for it and requests get a 503.
 * @throws Error with a sentence for a person when the service cannot start. Nothing is running then.
 */
export async function serve(config: Config): Promise<void> {
  const log = createLog(config.logLevel)
  useNewestZones(config.zoneDirectories)
  logUnhandledErrors(log)
  const signals = listenForSignals()
  const listener = await openListener(config)
  const database = await openDatabase(config, console.log, { service: true })
  try {
    await serveFrom(database.url, { config, log, signals, listener })
  } finally {
    await database.close()
  }
  log.info('stopped')
}

async function serveFrom(
  url: string,
  { config, log, signals, listener }: { config: Config; log: Log; signals: Signals; listener: Listener },
): Promise<void> {
  const pools: PoolLoad[] = []
  const open = (options: ConnectOptions) => {
    const { name, max } = options
    const load: PoolLoad = { name: name.replace('duly ', ''), max, underWay: 0, ended: 0 }
    pools.push(load)
    const replaced = (why: Replacement) =>
      logDatabaseUnavailable(log, 'warn', {}, `the connections "${name}" ${causes[why]} and were replaced`)
    return connect(url, { ...options, replaced, load })
  }
  const apiPool = open({ name: 'duly api', max: apiConnections, statementTimeoutSeconds: 10 })
  const schedulerPool = open({
    name: 'duly scheduler',
    max: schedulerConnections,
    statementTimeoutSeconds: statementSeconds,
    lockTimeoutMs: 500,
    byKey: true,
  })
  // For statements that may take long or read ranges: maintenance, and the recovery of expired leases and in-doubt claims.
  const maintenancePool = open({ name: 'duly upkeep', max: 3, statementTimeoutSeconds: 30 })
  // For scrapes of /metrics, so that they take no connection from the API.
  const metricsPool = open({ name: 'duly metrics', max: 1, statementTimeoutSeconds: 2 })
  const policy = new OutboundPolicy(config.outbound)
  const secrets = new Secrets(new SecretNames(config.secretHeaders), openKeyring(config))
  const scheduler = config.schedulerEnabled
    ? new Scheduler({ sql: schedulerPool, maintenance: maintenancePool, log, policy, secrets, settings: config })
    : undefined
  const maintenance = new Maintenance({ sql: maintenancePool, log, settings: config, secrets })
  const metrics = new Metrics({
    scheduler: scheduler && (() => scheduler.figures()),
    database: databaseFigures(metricsPool),
    pools,
    unwrittenLogLines: () => unwrittenLines(log),
  })
  const preparation = new Preparation(url, apiPool, config, log)
  let awaitsFirstPass = scheduler !== undefined && config.schedulerOnTime
  const app = await createApp({
    sql: apiPool,
    log,
    metrics,
    policy,
    secrets,
    trustedProxies: config.trustedProxies,
    schedulerCron: config.schedulerCron,
    readiness: {
      starting: () => preparation.waitsFor,
      awaitsFirstPass: () => awaitsFirstPass,
      pendingMigrations: () => countPending(apiPool),
      lastPass: () => scheduler?.lastPass(),
    },
  })
  listener.handle = app.fetch
  const ready = await Promise.race([preparation.run(signals.ending), signals.first])
  if (ready) {
    if (secrets.keyring === undefined) log.warn(noKey)
    console.log(startBanner(listener.port, ready.credentials, config))
    await maintenance.start()
    await scheduler?.start()
    if (awaitsFirstPass) await Promise.race([scheduler?.firstPass, signals.first])
    awaitsFirstPass = false
    const { version, origin } = zoneRelease()
    log.info(
      {
        port: listener.port,
        scheduler: config.schedulerEnabled,
        seats: config.schedulerConcurrency,
        time_zones: `${version} (${origin})`,
      },
      'ready',
    )
    await signals.first
  }
  log.info('stopping')
  // All of this must end soon after SHUTDOWN_GRACE_SECONDS (25 by default): process managers send SIGKILL, usually after 30 s.
  await Promise.all([listener.close(), maintenance.stop(), ready ? scheduler?.stop(signals.second) : undefined])
  const allPools = [apiPool, schedulerPool, maintenancePool, metricsPool]
  await Promise.all(allPools.map((pool) => pool.end({ timeout: 1 })))
}

async function openListener(config: Config): Promise<Listener> {
  const listener: Listener = { port: config.port, handle: respondStarting, close: async () => {} }
  const servers = await listenWithRetry(config.hosts, config.port, (request, peer) => listener.handle(request, peer))
  return Object.assign(listener, {
    port: servers[0]?.port ?? config.port,
    close: async () => {
      await Promise.race([Promise.all(servers.map((server) => server.stop())), Bun.sleep(2_000)])
    },
  })
}

/** Responds before the app exists: 200 to /health/live, 503 to everything else. */
function respondStarting(request: Request): Response {
  // The URL is a bare path without a Host header, and does not parse with an invalid one.
  const isLive = URL.parse(request.url, 'http://localhost')?.pathname === '/health/live'
  return withSecurityHeaders(
    isLive
      ? Response.json({ status: 'live' }, { headers: { 'cache-control': 'no-store' } })
      : errorResponse(databaseUnavailable),
  )
}
