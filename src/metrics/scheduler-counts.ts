import { Distribution } from './distribution.ts'

/** What a replica has done since its start. Its own part only; `/metrics` hands it on. */
export class Counts {
  /** Executions that ended, by what became of them; skipped are slots passed over. */
  readonly executions = { success: 0, failed: 0, skipped: 0 }
  /** Of calls, in seconds. */
  readonly durations = new Distribution([0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800])
  /** How late first attempts were claimed, in seconds, where no slot was missed before. */
  readonly skews = new Distribution([0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900])
  /** What claims took, in seconds, those that found nothing or failed included. */
  readonly claims = new Distribution([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10])
  /** Executions that claims took. */
  claimed = 0

  /** Does a claim and takes its time. */
  async timeClaim<T>(claim: () => Promise<T>): Promise<T> {
    const started = performance.now()
    try {
      return await claim()
    } finally {
      this.claims.add((performance.now() - started) / 1000)
    }
  }
}
