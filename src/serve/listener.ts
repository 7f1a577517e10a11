import type { Config } from '../config/config.ts'
import { errorResponse } from '../http/error-response.ts'
import { databaseUnavailable } from '../http/errors.ts'
import { withSecurityHeaders } from '../http/security-headers.ts'
import { listenWithRetry, type RequestHandler } from './listen.ts'

/** The open port. It is opened before anything else, with a handler that responds 503. */
export interface Listener {
  readonly port: number
  /** Handles requests. Replaced once the app exists. */
  handle: RequestHandler
  /** Stops accepting connections, and waits up to 2 s for requests under way. */
  close(): Promise<void>
}

/** Opens the port of HOST and PORT. @throws ListenError */
export async function openListener(config: Config): Promise<Listener> {
  const listener: Listener = { port: config.port, handle: respondStarting, close: async () => {} }
  const servers = await listenWithRetry(config.hosts, config.port, (request, peer) => listener.handle(request, peer))
  return Object.assign(listener, {
    port: servers[0]?.port ?? config.port,
    close: async () => {
      await Promise.race([Promise.all(servers.map((server) => server.stop())), Bun.sleep(2_000)])
    },
  })
}

/** Responds before the app exists: 200 to /health/live, 503 to everything else. */
function respondStarting(request: Request): Response {
  // The URL is a bare path without a Host header, and does not parse with an invalid one.
  const isLive = URL.parse(request.url, 'http://localhost')?.pathname === '/health/live'
  return withSecurityHeaders(
    isLive
      ? Response.json({ status: 'live' }, { headers: { 'cache-control': 'no-store' } })
      : errorResponse(databaseUnavailable, request),
  )
}
