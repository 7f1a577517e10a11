import type { Server } from 'bun'
import { errorResponse, internalError } from '../http/errors.ts'
import { withSecurityHeaders } from '../http/security-headers.ts'
import { writeToStderr } from '../process/stderr.ts'

/**
 * The runtime's own limit of a body lies beyond what it takes for a Content-Length at all, so that the answer to a large
 * one is ours, whatever comes first: 404, 401 or 413. Nothing is held for it: a body flows as it is read, and the API
 * keeps no more than its own limits.
 */
const largestBody = 2 ** 62
const triesForAFreePort = 20
const patienceMs = 1_000

/** An address that cannot be listened on. Its message is one sentence. */
export class ListenError extends Error {
  constructor(
    message: string,
    readonly taken: boolean,
  ) {
    super(message)
  }
}

/** @param peer the address at the other end of the connection; undefined when that is closed already */
type Handler = (request: Request, peer?: string) => Response | Promise<Response>

/**
 * Listens like `listen`, and waits a second for a port that is taken: a service that ends just now lets go of it.
 * @throws ListenError
 */
export async function listenPatiently(
  hosts: readonly string[],
  port: number,
  fetch: Handler,
): Promise<Server<undefined>[]> {
  for (const started = performance.now(); ; await Bun.sleep(50)) {
    try {
      return listen(hosts, port, fetch)
    } catch (error) {
      if (!(error as ListenError).taken || performance.now() - started > patienceMs) throw error
    }
  }
}

/**
 * Listens on every host, where it exists, and on one port; 0 is a free one.
 * @throws ListenError when the port is taken or the host is not this machine's
 */
export function listen(hosts: readonly string[], port: number, fetch: Handler): Server<undefined>[] {
  for (let tries = 1; ; tries++) {
    try {
      return listenOnce(hosts, port, fetch)
    } catch (error) {
      // A port that is free on one loopback address can be taken on the other.
      if (port !== 0 || tries === triesForAFreePort) throw error
    }
  }
}

function listenOnce(hosts: readonly string[], port: number, fetch: Handler): Server<undefined>[] {
  const servers: Server<undefined>[] = []
  for (const hostname of hosts) {
    try {
      servers.push(
        Bun.serve({
          hostname,
          port: servers[0]?.port ?? port,
          fetch: (request, server) => fetch(request, server.requestIP(request)?.address),
          maxRequestBodySize: largestBody,
          // In production mode Bun would share the port with any other service of this user, and the kernel would deal
          // requests out between the two.
          reusePort: false,
          idleTimeout: 30,
          // Bun would show the error and the source around it.
          development: false,
          error: (error) => {
            writeToStderr(`duly: ${error}`)
            return withSecurityHeaders(errorResponse(internalError))
          },
        }),
      )
    } catch (error) {
      const { code = '' } = error as { code?: string }
      // A machine without IPv6 has no ::1; then 127.0.0.1 is enough.
      if (servers.length > 0 && code !== 'EADDRINUSE') continue
      for (const server of servers) void server.stop(true)
      throw new ListenError(refusal(hostname, port, code), code === 'EADDRINUSE')
    }
  }
  return servers
}

function refusal(hostname: string, port: number, code: string): string {
  if (code === 'EADDRINUSE')
    return `Port ${port} on ${hostname} is taken: stop what listens there, or set PORT to another one.`
  if (code === 'EACCES') return `This user may not listen on port ${port}: set PORT to one from 1024 to 65535.`
  return `Duly cannot listen on ${hostname}:${port} (${code}): set HOST to an address of this machine.`
}
