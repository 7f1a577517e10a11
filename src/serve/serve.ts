import { createApp } from '../app.ts'
import type { Config } from '../config/config.ts'
import { countPending } from '../database/migrations.ts'
import { openDatabase } from '../embedded-postgres/open-database.ts'
import { createLog, type Log, unwrittenLines } from '../log/log.ts'
import { Maintenance } from '../maintenance/maintenance.ts'
import { databaseFigures } from '../metrics/database-figures.ts'
import { Metrics } from '../metrics/metrics.ts'
import { NotificationCounts } from '../metrics/notification-counts.ts'
import { Links } from '../notifications/links.ts'
import { testMessage } from '../notifications/message.ts'
import { type Senders, sendMessage, sendNotification } from '../notifications/send.ts'
import { OutboundPolicy } from '../outbound/policy.ts'
import { useNewestZones, zoneRelease } from '../schedule/zone-source.ts'
import { Scheduler } from '../scheduler/scheduler.ts'
import { openKeyring } from '../secrets/keyring.ts'
import { SecretNames } from '../secrets/names.ts'
import { Secrets } from '../secrets/secrets.ts'
import { Heartbeat } from '../watch/heartbeat.ts'
import { PassBeat } from '../watch/pass-beat.ts'
import { Watch } from '../watch/watch.ts'
import { judgePasses } from '../watch/well.ts'
import { type Listener, openListener } from './listener.ts'
import { openPools } from './pools.ts'
import { Preparation } from './prepare.ts'
import { listenForSignals, type Signals } from './signals.ts'
import { startBanner } from './start-banner.ts'
import { logUnhandledErrors } from './unhandled-errors.ts'

const noKey =
  'SECRET_KEY is not set: tasks with secret request headers (Authorization, Cookie, …) are refused, and those that are stored cannot be called. Set it to 32 bytes in base64, as openssl rand -base64 32 makes them, and keep a copy'

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
  const pools = openPools(url, config, log)
  const policy = new OutboundPolicy(config.outbound)
  const secrets = new Secrets(new SecretNames(config.secretHeaders), openKeyring(config))
  const scheduler: Scheduler | undefined = pools.scheduler
    ? new Scheduler({
        sql: pools.scheduler,
        maintenance: pools.maintenance,
        log,
        policy,
        secrets,
        settings: config,
        beforeClaims: () => passBeat?.beforeClaims(),
      })
    : undefined
  const passBeat: PassBeat | undefined =
    scheduler && pools.scheduler && new PassBeat({ sql: pools.scheduler, log, passes: scheduler })
  const maintenance = new Maintenance({ sql: pools.maintenance, log, settings: config, secrets })
  const heartbeat =
    scheduler && config.heartbeatUrl !== undefined
      ? new Heartbeat({ url: config.heartbeatUrl, log, isWell: judgePasses(scheduler, passBeat) })
      : undefined
  const senders: Senders = { policy, secrets, mail: config.mail, links: new Links(config.publicUrl) }
  const counts = new NotificationCounts()
  const watch =
    scheduler &&
    new Watch({
      sql: pools.maintenance,
      log,
      counts,
      settings: config,
      scheduler,
      send: (notification) => sendNotification(senders, notification),
    })
  const preparation = new Preparation(url, pools.api, config, log)
  let awaitsFirstPass = scheduler !== undefined && config.schedulerOnTime
  const app = await createApp({
    sql: pools.api,
    log,
    policy,
    secrets,
    mail: { canSend: config.mail !== undefined, domains: config.mailDomains },
    sendTest: (channel, message) => sendMessage(senders, channel, testMessage(message)),
    trustedProxies: config.trustedProxies,
    schedulerCron: config.schedulerCron,
    schedulerOnTime: config.schedulerOnTime,
    retention: config,
    traceUrl: config.trace.isSent ? config.trace.url : undefined,
    metrics: new Metrics({
      scheduler: scheduler && (() => scheduler.figures()),
      database: databaseFigures(pools.metrics),
      pools: pools.loads,
      notifications: watch && counts,
      unwrittenLogLines: () => unwrittenLines(log),
    }),
    readiness: {
      starting: () => preparation.waitsFor,
      awaitsFirstPass: () => awaitsFirstPass,
      pendingMigrations: () => countPending(pools.api),
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
    passBeat?.start()
    watch?.start()
    heartbeat?.start()
    if (awaitsFirstPass) await Promise.race([scheduler?.firstPass, signals.first])
    awaitsFirstPass = false
    logReady(log, listener.port, config)
    await signals.first
  }
  log.info('stopping')
  // All of this must end soon after SHUTDOWN_GRACE_SECONDS (25 by default): process managers send SIGKILL, usually after 30 s.
  await Promise.all([
    listener.close(),
    maintenance.stop(),
    heartbeat?.stop(),
    passBeat?.stop(),
    ready ? watch?.stop(signals.second) : undefined,
    ready ? scheduler?.stop(signals.second) : undefined,
  ])
  await pools.close()
}

function logReady(log: Log, port: number, config: Config): void {
  const { version, origin } = zoneRelease()
  const fields = { scheduler: config.schedulerEnabled, seats: config.schedulerConcurrency }
  log.info({ port, ...fields, time_zones: `${version} (${origin})` }, 'ready')
}
