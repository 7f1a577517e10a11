import { collectDefaultMetrics } from 'prom-client'
import { version } from '../../package.json'
import type { PoolLoad } from '../database/sql.ts'
import { zoneRelease } from '../schedule/zone-source.ts'
import type { DatabaseFigures } from './database-figures.ts'
import { Exposition } from './exposition.ts'
import { HttpCounts } from './http-counts.ts'
import type { NotificationCounts } from './notification-counts.ts'
import type { SchedulerCounts } from './scheduler-counts.ts'

/** Figures of this replica's scheduler. */
export interface SchedulerFigures {
  readonly counts: SchedulerCounts
  readonly seats: number
  readonly callsInFlight: number
  readonly passAgeSeconds: number
}

/** Where metrics read their values. The metrics of a source that is missing are not registered. */
interface MetricsParts {
  readonly scheduler?: (() => SchedulerFigures) | undefined
  /** Resolves to undefined when the database does not answer. */
  readonly database?: () => Promise<DatabaseFigures | undefined>
  readonly pools?: readonly PoolLoad[]
  /** What this replica has sent to channels. */
  readonly notifications?: NotificationCounts | undefined
  /** Returns how many lines of the log could not be written. */
  readonly unwrittenLogLines?: () => number
}

/**
 * Default metrics of prom-client to remove: those without a value on Bun (V8's heap spaces, Node's handles and requests,
 * garbage collection, versions), and those that reset on each scrape, which two scrapers would spoil for each other.
 */
const removedMetrics = /^(nodejs_(heap_space_|active_|gc_|version_info|eventloop_lag_(?!seconds$))|process_heap_bytes)/
/** Sampling interval of the event loop's lag, in ms. Long, because its metrics are removed and each sample wakes the process. */
const loopPrecisionMs = 600_000

/** All metrics of /metrics. Create one per process. */
export class Metrics {
  /** Counts of requests, to be updated by the access log. */
  readonly http = new HttpCounts()
  readonly #exposition = new Exposition()
  #figures: DatabaseFigures | undefined

  constructor(readonly parts: MetricsParts) {
    this.#addBuild()
    this.#addRequests()
    if (parts.scheduler) this.#addScheduler(parts.scheduler)
    if (parts.database) this.#addDatabase()
    if (parts.pools) this.#addPools(parts.pools)
    const { notifications, unwrittenLogLines } = parts
    if (notifications)
      this.#exposition.counter(
        'duly_notifications_total',
        'Attempts to send a notification, by kind of channel and result; given_up counts notifications.',
        () => notifications.all().map(({ kind, result, count }) => ({ labels: { kind, result }, value: count })),
      )
    if (unwrittenLogLines)
      this.#exposition.counter('duly_log_lines_lost_total', 'Lines of the log that could not be written.', () =>
        unwrittenLogLines(),
      )
    const { registry } = this.#exposition
    collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: loopPrecisionMs })
    for (const { name } of registry.getMetricsAsArray())
      if (removedMetrics.test(name)) registry.removeSingleMetric(name)
  }

  /** The content type of `text`. */
  get contentType(): string {
    return this.#exposition.registry.contentType
  }

  /**
   * Returns all metrics in Prometheus' text format. Never throws: while the database is unavailable, duly_database_up is 0 and
   * the other metrics of the database are missing.
   */
  async text(): Promise<string> {
    this.#figures = await this.parts.database?.()
    return this.#exposition.registry.metrics()
  }

  #addBuild(): void {
    const labels = { version, bun: Bun.version }
    this.#exposition.gauge('duly_build_info', 'Always 1; the labels are the versions of Duly and Bun.', () => [
      { labels, value: 1 },
    ])
    this.#exposition.gauge(
      'duly_time_zone_release_info',
      'Always 1; the labels are the release of the IANA time zone database in use, and where it was read.',
      () => [{ labels: { ...zoneRelease() }, value: 1 }],
    )
  }

  #addRequests(): void {
    this.#exposition.counter('duly_http_requests_total', 'Requests that were answered.', () =>
      [...this.http.requests.values()].map(({ method, route, status, count }) => ({
        labels: { method, route, status: String(status) },
        value: count,
      })),
    )
    this.#exposition.histogram('duly_http_request_duration_seconds', 'Time until a response began.', () =>
      [...this.http.durations].map(([route, values]) => ({ labels: { route }, values })),
    )
  }

  #addScheduler(scheduler: () => SchedulerFigures): void {
    const { counts } = scheduler()
    const { gauge, counter, histogram } = bound(this.#exposition)
    gauge('duly_seats', 'Largest number of calls in flight.', () => scheduler().seats)
    gauge('duly_calls_in_flight', 'Calls that are in flight.', () => scheduler().callsInFlight)
    gauge('duly_pass_age_seconds', 'Time since the last pass over due tasks ended.', () => scheduler().passAgeSeconds)
    counter('duly_executions_total', 'Executions that ended, by status; skipped counts slots.', () =>
      Object.entries(counts.executions).map(([status, value]) => ({ labels: { status }, value })),
    )
    counter('duly_claimed_total', 'Executions that were claimed.', () => counts.claimed)
    histogram('duly_call_duration_seconds', 'Duration of calls.', () => [{ values: counts.durations }])
    histogram(
      'duly_start_skew_seconds',
      'How late first attempts were claimed, except where a slot was missed.',
      () => [{ values: counts.skews }],
    )
    histogram('duly_claim_duration_seconds', 'Duration of claims.', () => [{ values: counts.claims }])
  }

  #addDatabase(): void {
    const { gauge } = bound(this.#exposition)
    gauge('duly_database_up', 'Whether the database answered this scrape.', () => (this.#figures ? 1 : 0))
    gauge(
      'duly_due_lag_seconds',
      'How late the earliest due slot or queued execution of all services is; 0 when none is due.',
      () => this.#figures?.due_lag,
    )
    gauge(
      'duly_oldest_transaction_seconds',
      'Age of the oldest transaction in the database, as far as its role may see.',
      () => this.#figures?.oldest_transaction,
    )
    gauge('duly_alerts_open', 'Open alerts of all services by kind, muted ones too; 100,000 are counted at most.', () =>
      Object.entries(this.#figures?.open_alerts ?? {}).map(([kind, value]) => ({ labels: { kind }, value })),
    )
    gauge('duly_dead_tuples', 'Dead rows by table, partitions added up.', () =>
      Object.entries(this.#figures?.dead_tuples ?? {}).map(([table, value]) => ({ labels: { table }, value })),
    )
  }

  #addPools(pools: readonly PoolLoad[]): void {
    const { gauge, counter } = bound(this.#exposition)
    const each = (read: (pool: PoolLoad) => number) => () =>
      pools.map((pool) => ({ labels: { pool: pool.name }, value: read(pool) }))
    gauge(
      'duly_pool_connections_max',
      'Largest number of connections to the database.',
      each((pool) => pool.max),
    )
    gauge(
      'duly_pool_statements_under_way',
      'Statements and transactions that wait for a connection or a response.',
      each((pool) => pool.underWay),
    )
    counter(
      'duly_pool_statements_total',
      'Statements and transactions that ended.',
      each((pool) => pool.ended),
    )
  }
}

/** Binds the methods of an exposition, so that they can be destructured. */
function bound(exposition: Exposition): Pick<Exposition, 'gauge' | 'counter' | 'histogram'> {
  return {
    gauge: exposition.gauge.bind(exposition),
    counter: exposition.counter.bind(exposition),
    histogram: exposition.histogram.bind(exposition),
  }
}
