import pino from 'pino'
import { createApp } from '../../src/app.ts'
import { listen } from '../../src/serve/listen.ts'
import { sql } from './database.ts'
import { outbound } from './outbound.ts'
import { secrets } from './secrets.ts'

/** The app behind a port of its own, for what only bytes on a socket can show, and what it wrote to its log. */
export async function startListeningApp() {
  const logged: string[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => logged.push(line) })
  const app = await createApp({
    sql,
    policy: outbound(),
    secrets,
    log,
    readiness: { pendingMigrations: async () => 0, lastPass: () => undefined },
  })
  const [server] = listen(['127.0.0.1'], 0, app.fetch)
  return { server, logged }
}
