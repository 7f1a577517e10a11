import { Distribution } from './distribution.ts'

/** What the scheduler of this replica has done since its start, for /metrics. */
export class SchedulerCounts {
  /** Executions that ended, by status. `skipped` counts slots. */
  readonly executions = { success: 0, failed: 0, skipped: 0 }
  /** Durations of calls, in seconds. */
  readonly durations = new Distribution([0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800])
  /** Time from the slot to the claim of first attempts, in seconds, except where a slot was missed before. */
  readonly skews = new Distribution([0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900])
  /** Durations of claims, in seconds, including those that found nothing or failed. */
  readonly claims = new Distribution([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10])
  /** Executions that were claimed. */
  claimed = 0

  /** Runs a claim and records its duration. @throws what `claim` throws */
  async timeClaim<T>(claim: () => Promise<T>): Promise<T> {
    const started = performance.now()
    try {
      return await claim()
    } finally {
      this.claims.add((performance.now() - started) / 1000)
    }
  }
}
