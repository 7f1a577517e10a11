import { cron } from '@elysiajs/cron'
import { Elysia } from 'elysia'

/**
 * Calls `run` on a cron pattern in UTC, through the cron plugin, which starts when it is built and does not stop with the app.
 * @returns a function that stops the timer
 */
export function startPassTimer(pattern: string, run: () => void): () => void {
  const { store } = new Elysia().use(cron({ name: 'pass', pattern, timezone: 'UTC', catch: true, run }))
  return () => store.cron.pass.stop()
}
