import pino from 'pino'
import { listen } from '../../src/serve/listen.ts'
import { createTestApp } from './create-test-app.ts'

/** The app behind a port of its own, for what only bytes on a socket can show, and what it wrote to its log. */
export async function startListeningApp() {
  const logged: string[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => logged.push(line) })
  const app = await createTestApp({ log })
  const [server] = listen(['127.0.0.1'], 0, app.fetch)
  return { server, logged }
}
