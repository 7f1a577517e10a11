import { Loop } from '../background/loop.ts'
import type { Sql } from '../database/sql.ts'
import type { Log } from '../log/log.ts'
import { listStopRequests } from '../transitions/stop.ts'
import type { Executor } from './executor.ts'

/** Pause between two looks, in ms. */
const everyMs = 1_000

/** What a look for requests works with. */
interface StopRequestsParts {
  readonly sql: Sql
  readonly log: Log
  /** The id of this replica. */
  readonly self: string
  readonly executor: Executor
}

/**
 * Ends the calls of this replica that people have stopped waiting for. It looks for them every second, and only while calls are
 * open, so that neither a call nor an idle replica pays for it.
 */
export const stopRequests = ({ sql, log, self, executor }: StopRequestsParts): Loop =>
  new Loop({
    name: 'look for calls to stop',
    log,
    runOnce: async () => {
      if (executor.calls === 0) return
      for (const id of await listStopRequests(sql, self)) executor.stopWaiting(id)
    },
    everyMs,
  })
