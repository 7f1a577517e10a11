import { collectDefaultMetrics } from 'prom-client'
import { version } from '../../package.json'
import type { PoolLoad } from '../database/sql.ts'
import { zoneRelease } from '../schedule/zone-source.ts'
import type { DatabaseFigures } from './database-figures.ts'
import { Exposition } from './exposition.ts'
import { HttpCounts } from './http-counts.ts'
import type { Counts } from './scheduler-counts.ts'

/** What a replica's scheduler tells of itself. */
export interface SchedulerFigures {
  readonly counts: Counts
  readonly seats: number
  readonly callsInFlight: number
  readonly passAgeSeconds: number
}

export interface MetricsParts {
  /** Left out without a scheduler. */
  readonly engine?: (() => SchedulerFigures) | undefined
  /** Gives undefined when the database does not answer. */
  readonly database?: () => Promise<DatabaseFigures | undefined>
  readonly pools?: readonly PoolLoad[]
  /** Lines of the log that could not be written. */
  readonly unwrittenLogLines?: () => number
}

/**
 * Of prom-client's own those that say nothing on Bun (V8's spaces, Node's handles, GC nobody reports, reserved addresses),
 * and the ones that begin anew with each scrape, so that two who scrape take them from each other.
 */
const leftOut = /^(nodejs_(heap_space_|active_|gc_|version_info|eventloop_lag_(?!seconds$))|process_heap_bytes)/
/** How often the event loop is looked at for what is left out, in ms: as good as never, since each look wakes the process. */
const loopPrecisionMs = 600_000

/** Everything that /metrics tells. One for each process: make it at the start, and hand it on. */
export class Metrics {
  readonly http = new HttpCounts()
  readonly #exposition = new Exposition()
  #figures: DatabaseFigures | undefined

  constructor(readonly parts: MetricsParts = {}) {
    this.#tellBuild()
    this.#tellRequests()
    if (parts.engine) this.#tellEngine(parts.engine)
    if (parts.database) this.#tellDatabase()
    if (parts.pools) this.#tellPools(parts.pools)
    const { unwrittenLogLines } = parts
    if (unwrittenLogLines)
      this.#exposition.counter('duly_log_lines_lost_total', 'Lines of the log that could not be written.', () =>
        unwrittenLogLines(),
      )
    const { registry } = this.#exposition
    collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: loopPrecisionMs })
    for (const { name } of registry.getMetricsAsArray()) if (leftOut.test(name)) registry.removeSingleMetric(name)
  }

  /** The content type of `text`. */
  get contentType(): string {
    return this.#exposition.registry.contentType
  }

  /** In Prometheus' text format. Without the database it holds all the rest; it does not throw. */
  async text(): Promise<string> {
    this.#figures = await this.parts.database?.()
    return this.#exposition.registry.metrics()
  }

  #tellBuild(): void {
    const labels = { version, bun: Bun.version }
    this.#exposition.gauge('duly_build_info', 'Always 1; the labels say what runs.', () => [{ labels, value: 1 }])
    this.#exposition.gauge(
      'duly_time_zone_release_info',
      'Always 1; the labels say which release of the IANA time zone database is used, and where it was read.',
      () => [{ labels: { ...zoneRelease() }, value: 1 }],
    )
  }

  #tellRequests(): void {
    this.#exposition.counter('duly_http_requests_total', 'Requests that were answered.', () =>
      [...this.http.requests.values()].map(({ method, route, status, count }) => ({
        labels: { method, route, status: String(status) },
        value: count,
      })),
    )
    this.#exposition.histogram('duly_http_request_duration_seconds', 'Time until an answer began.', () =>
      [...this.http.durations].map(([route, values]) => ({ labels: { route }, values })),
    )
  }

  #tellEngine(engine: () => SchedulerFigures): void {
    const { counts } = engine()
    const { gauge, counter, histogram } = bound(this.#exposition)
    gauge('duly_seats', 'Calls in flight at most.', () => engine().seats)
    gauge('duly_calls_in_flight', 'Calls that wait for their answer.', () => engine().callsInFlight)
    gauge('duly_pass_age_seconds', 'Time since the last pass over due tasks ended.', () => engine().passAgeSeconds)
    counter('duly_executions_total', 'Executions that ended, by status; skipped are slots passed over.', () =>
      Object.entries(counts.executions).map(([status, value]) => ({ labels: { status }, value })),
    )
    counter('duly_claimed_total', 'Executions that claims took.', () => counts.claimed)
    histogram('duly_call_duration_seconds', 'What calls took.', () => [{ values: counts.durations }])
    histogram('duly_start_skew_seconds', 'How late first attempts started, where no slot was missed.', () => [
      { values: counts.skews },
    ])
    histogram('duly_claim_duration_seconds', 'What statements that claim took.', () => [{ values: counts.claims }])
  }

  #tellDatabase(): void {
    const { gauge } = bound(this.#exposition)
    gauge('duly_database_up', 'Whether the database answered this scrape.', () => (this.#figures ? 1 : 0))
    gauge(
      'duly_due_lag_seconds',
      'How late the earliest due slot or waiting execution is, of all services; 0 when none is.',
      () => this.#figures?.due_lag,
    )
    gauge(
      'duly_oldest_transaction_seconds',
      'Age of the oldest transaction in the database, as far as its role may see.',
      () => this.#figures?.oldest_transaction,
    )
    gauge('duly_dead_tuples', 'Dead rows by table, partitions added up.', () =>
      Object.entries(this.#figures?.dead_tuples ?? {}).map(([table, value]) => ({ labels: { table }, value })),
    )
  }

  #tellPools(pools: readonly PoolLoad[]): void {
    const { gauge, counter } = bound(this.#exposition)
    const each = (read: (pool: PoolLoad) => number) => () =>
      pools.map((pool) => ({ labels: { pool: pool.name }, value: read(pool) }))
    gauge(
      'duly_pool_connections_max',
      'Connections to the database at most.',
      each((pool) => pool.max),
    )
    gauge(
      'duly_pool_statements_under_way',
      'Statements and transactions that wait for a connection or for their answer.',
      each((pool) => pool.underWay),
    )
    counter(
      'duly_pool_statements_total',
      'Statements and transactions that ended.',
      each((pool) => pool.ended),
    )
  }
}

function bound(exposition: Exposition): Pick<Exposition, 'gauge' | 'counter' | 'histogram'> {
  return {
    gauge: exposition.gauge.bind(exposition),
    counter: exposition.counter.bind(exposition),
    histogram: exposition.histogram.bind(exposition),
  }
}
