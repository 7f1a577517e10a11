// Without a schema, so that the dashboard has it too.

/** What applies where a policy leaves a number out. The numbers are those of Cloud Scheduler. */
export const retryDefaults = { min_backoff_seconds: 5, max_backoff_seconds: 3600, max_doublings: 5 } as const

/** Failures without a status that a policy can name. */
export const retryCauses = ['no_answer', 'expect'] as const

/** The numbers of a policy that say how long the waits are. */
interface Waits {
  readonly min_backoff_seconds?: number
  readonly max_backoff_seconds?: number
  readonly max_doublings?: number
}

/**
 * The wait after a failed attempt under a policy, in seconds, and the longest that it may become. It begins at the shortest
 * backoff and doubles, as often as the policy says; after that it grows by the last step each time, as in Cloud Scheduler,
 * up to the longest backoff.
 * @param attempt the attempt that failed, from 1
 */
export function backoff(policy: Waits, attempt: number): { readonly seconds: number; readonly most: number } {
  const {
    min_backoff_seconds: min = retryDefaults.min_backoff_seconds,
    max_backoff_seconds: most = Math.max(min, retryDefaults.max_backoff_seconds),
    max_doublings: doublings = retryDefaults.max_doublings,
  } = policy
  const doubled = Math.min(attempt - 1, doublings)
  return { seconds: Math.min(most, min * 2 ** doubled * (attempt - doubled)), most }
}

/** Without a policy: the longest wait after the first attempt, in seconds. Each further one may be twice as long, up to an hour. */
const [base, most] = [2, 3_600]

/** The longest wait after a failed attempt without a policy, in seconds. @param attempt the attempt that failed, from 1 */
export const longestRandomWait = (attempt: number): number => Math.min(most, base * 2 ** (attempt - 1))
