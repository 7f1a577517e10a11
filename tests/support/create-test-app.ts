import { type App, type AppParts, createApp } from '../../src/app.ts'
import type { Readiness } from '../../src/http/health.ts'
import { Metrics } from '../../src/metrics/metrics.ts'
import { sql } from './database.ts'
import { outbound } from './outbound.ts'
import { secrets } from './secrets.ts'
import { silentLog } from './silent-log.ts'

const ready: Readiness = {
  starting: () => undefined,
  awaitsFirstPass: () => false,
  pendingMigrations: async () => 0,
  lastPass: () => undefined,
}

/** The HTTP side over the test database and ready, without port, scheduler and log, but for the given parts. */
export function createTestApp({
  readiness,
  ...parts
}: Partial<Omit<AppParts, 'readiness'>> & { readonly readiness?: Partial<Readiness> } = {}): Promise<App> {
  return createApp({
    sql,
    policy: outbound(),
    secrets,
    mail: { canSend: true, domains: undefined },
    sendTest: async () => ({ ok: true, status_code: 200, error: null, duration_ms: 1 }),
    log: silentLog,
    metrics: new Metrics({}),
    trustedProxies: [],
    schedulerCron: '*/10 * * * *',
    schedulerOnTime: true,
    signingKeyWaitMs: 0,
    retention: {
      executionRetentionDays: 30,
      failureRetentionDays: 365,
      answerRetentionDays: 90,
      auditRetentionDays: 90,
    },
    ...parts,
    readiness: { ...ready, ...readiness },
  })
}
