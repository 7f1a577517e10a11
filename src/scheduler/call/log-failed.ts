import type { Log } from '../../log/log.ts'
import type { Claimed } from '../../transitions/claimed.ts'
import type { CallOutcome } from './call.ts'

/**
 * Logs a call that has failed, at the level debug: the task's id and nothing else of it. Its URL, headers and payload may hold
 * secrets, and so may a redirect.
 */
export function logFailed(log: Log, claimed: Claimed, { status_code, duration_ms, error }: CallOutcome): void {
  if (!log.isLevelEnabled('debug')) return
  const { service_id, task_id, execution_id, attempt } = claimed
  const reason =
    status_code === null ? error?.replace(/^(redirect to an address that does not parse).*/s, '$1') : undefined
  log.debug({ service_id, task_id, execution_id, attempt, status_code, duration_ms, reason }, 'a call failed')
}
