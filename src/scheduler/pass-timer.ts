import { cron } from '@elysiajs/cron'
import { Elysia } from 'elysia'

/**
 * Beats on a cron pattern, in UTC, through the cron plugin, which starts when it is built and does not stop with the app.
 * @returns how to stop it
 */
export function startPassTimer(pattern: string, beat: () => void): () => void {
  const { store } = new Elysia().use(cron({ name: 'pass', pattern, timezone: 'UTC', catch: true, run: beat }))
  return () => store.cron.pass.stop()
}
