import { type ConnectOptions, connect } from '../database/connect.ts'
import type { PoolLoad, Replacement, Sql } from '../database/sql.ts'
import { type Log, logDatabaseUnavailable } from '../log/log.ts'
import { statementSeconds } from '../scheduler/claim/in-doubt.ts'
import { statementsLost } from './prepare.ts'

const causes: Readonly<Record<Replacement, string>> = {
  silent: 'stopped answering',
  'read-only': 'reached a read-only server',
}

/** The connection pools of a service. Each part has its own, so that none can starve another. */
interface Pools {
  readonly api: Sql
  /** For the statements of the scheduler, which find their rows by key; undefined without a scheduler. */
  readonly scheduler: Sql | undefined
  /** For statements that may take long or read ranges: maintenance, and the recovery of expired leases and in-doubt claims. */
  readonly maintenance: Sql
  /** For scrapes of /metrics. */
  readonly metrics: Sql
  /** What each pool does, for /metrics. */
  readonly loads: readonly PoolLoad[]
  /** Closes all connections. A statement under way has 1 s to end. */
  close(): Promise<void>
}

/** How many connections there are at most, and who uses them. */
export interface PoolSizes {
  readonly databasePool: number
  readonly schedulerEnabled: boolean
}

/**
 * Divides the connections of a replica. The scheduler gets a quarter, from 2 to 4: a claim and the record of outcomes run at
 * once. Upkeep gets 2, and 3 of 16 or more: with 1, a pass that looks for executions of a claim in doubt would wait for
 * maintenance. /metrics gets 1, and the API the rest. Without a scheduler its part goes to the API.
 */
export function divide({ databasePool, schedulerEnabled }: PoolSizes) {
  const metrics = 1
  const upkeep = databasePool < 16 ? 2 : 3
  const scheduler = schedulerEnabled ? Math.min(4, Math.max(2, Math.floor(databasePool / 4))) : 0
  return { api: databasePool - scheduler - upkeep - metrics, scheduler, upkeep, metrics }
}

/** Opens the pools on the database at `url`. Does not wait for a connection. */
export function openPools(url: string, sizes: PoolSizes, log: Log): Pools {
  const loads: PoolLoad[] = []
  const open = (options: ConnectOptions) => {
    const { name, max } = options
    const load: PoolLoad = { name: name.replace('duly ', ''), max, underWay: 0, ended: 0 }
    loads.push(load)
    const replaced = (why: Replacement) =>
      logDatabaseUnavailable(log, 'warn', {}, `the connections "${name}" ${causes[why]} and were replaced`)
    return connect(url, {
      ...options,
      replaced,
      statementsLost: () => log.warn(statementsLost),
      load,
    })
  }
  const { api, scheduler, upkeep, metrics } = divide(sizes)
  const pools = {
    api: open({ name: 'duly api', max: api, statementTimeoutSeconds: 10 }),
    scheduler:
      scheduler === 0
        ? undefined
        : open({
            name: 'duly scheduler',
            max: scheduler,
            statementTimeoutSeconds: statementSeconds,
            lockTimeoutMs: 500,
            byKey: true,
          }),
    // The name "upkeep" is a label in /metrics and the application_name in pg_stat_activity.
    maintenance: open({ name: 'duly upkeep', max: upkeep, statementTimeoutSeconds: 30 }),
    metrics: open({ name: 'duly metrics', max: metrics, statementTimeoutSeconds: 2 }),
  }
  return {
    ...pools,
    loads,
    close: async () => {
      await Promise.all(Object.values(pools).map((pool) => pool?.end({ timeout: 1 })))
    },
  }
}
