import { type ConnectOptions, connect } from '../database/connect.ts'
import type { PoolLoad, Replacement, Sql } from '../database/sql.ts'
import { type Log, logDatabaseUnavailable } from '../log/log.ts'
import { statementSeconds } from '../scheduler/claim/in-doubt.ts'

const causes: Readonly<Record<Replacement, string>> = {
  silent: 'stopped answering',
  'read-only': 'reached a read-only server',
}

/** The connection pools of a service. Each part has its own, so that none can starve another. */
interface Pools {
  readonly api: Sql
  /** For the statements of the scheduler, which find their rows by key. */
  readonly scheduler: Sql
  /** For statements that may take long or read ranges: maintenance, and the recovery of expired leases and in-doubt claims. */
  readonly maintenance: Sql
  /** For scrapes of /metrics. */
  readonly metrics: Sql
  /** What each pool does, for /metrics. */
  readonly loads: readonly PoolLoad[]
  /** Closes all connections. A statement under way has 1 s to end. */
  close(): Promise<void>
}

/** Opens the pools on the database at `url`. Does not wait for a connection. */
export function openPools(url: string, log: Log): Pools {
  const loads: PoolLoad[] = []
  const open = (options: ConnectOptions) => {
    const { name, max } = options
    const load: PoolLoad = { name: name.replace('duly ', ''), max, underWay: 0, ended: 0 }
    loads.push(load)
    const replaced = (why: Replacement) =>
      logDatabaseUnavailable(log, 'warn', {}, `the connections "${name}" ${causes[why]} and were replaced`)
    return connect(url, { ...options, replaced, load })
  }
  const pools = {
    api: open({ name: 'duly api', max: 8, statementTimeoutSeconds: 10 }),
    scheduler: open({
      name: 'duly scheduler',
      max: 4,
      statementTimeoutSeconds: statementSeconds,
      lockTimeoutMs: 500,
      byKey: true,
    }),
    // The name "upkeep" is a label in /metrics and the application_name in pg_stat_activity.
    maintenance: open({ name: 'duly upkeep', max: 3, statementTimeoutSeconds: 30 }),
    metrics: open({ name: 'duly metrics', max: 1, statementTimeoutSeconds: 2 }),
  }
  return {
    ...pools,
    loads,
    close: async () => {
      await Promise.all(Object.values(pools).map((pool) => pool.end({ timeout: 1 })))
    },
  }
}
