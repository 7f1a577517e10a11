import type { Config } from '../config/config.ts'
import type { Sql } from '../database/sql.ts'
import type { Log } from '../log/log.ts'
import type { OutboundPolicy } from '../outbound/policy.ts'
import type { Secrets } from '../secrets/secrets.ts'

type Settings = Pick<
  Config,
  | 'schedulerCron'
  | 'schedulerOnTime'
  | 'schedulerConcurrency'
  | 'requestTimeoutSeconds'
  | 'shutdownGraceSeconds'
  | 'trace'
>

/** What a scheduler works with. */
export interface SchedulerParts {
  readonly sql: Sql
  /** Connections whose statements may take long and read ranges. */
  readonly maintenance: Sql
  readonly log: Log
  readonly policy: OutboundPolicy
  readonly secrets: Secrets
  readonly settings: Settings
  /**
   * Called in each pass when the database has answered and before anything is claimed; the pass waits for a promise that it
   * returns. It must not reject.
   */
  readonly beforeClaims?: () => Promise<void> | undefined
}
