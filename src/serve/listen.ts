import type { Server } from 'bun'
import { errorResponse } from '../http/error-response.ts'
import { internalError } from '../http/errors.ts'
import { withSecurityHeaders } from '../http/security-headers.ts'
import { writeToStderr } from '../process/stderr.ts'

/**
 * Bun's limit of a body, above any Content-Length. The API has limits of its own, so that it can respond to a large body in
 * its usual order: 404, 401 or 413. Bodies are streamed, so a large one takes no memory here.
 */
const largestBody = 2 ** 62
const freePortAttempts = 20
const retryForMs = 1_000

/** An address that the service cannot listen on. The message is one sentence. */
export class ListenError extends Error {
  constructor(
    message: string,
    /** Whether another process listens on the port. */
    readonly taken: boolean,
  ) {
    super(message)
  }
}

/** Handles a request. @param peer the remote address of its connection; undefined when that is closed already */
export type RequestHandler = (request: Request, peer?: string) => Response | Promise<Response>

/**
 * Listens like `listen`, and tries again for one second while the port is taken, since a service that is being restarted
 * releases it late.
 * @throws ListenError
 */
export async function listenWithRetry(
  hosts: readonly string[],
  port: number,
  fetch: RequestHandler,
): Promise<Server<undefined>[]> {
  for (const started = performance.now(); ; await Bun.sleep(50)) {
    try {
      return listen(hosts, port, fetch)
    } catch (error) {
      if (!(error as ListenError).taken || performance.now() - started > retryForMs) throw error
    }
  }
}

/**
 * Listens on one port of all hosts. Hosts after the first that this machine does not have are skipped.
 * @param port 0 for any free port
 * @throws ListenError when the port is taken, or the first host is not an address of this machine
 */
export function listen(hosts: readonly string[], port: number, fetch: RequestHandler): Server<undefined>[] {
  for (let attempt = 1; ; attempt++) {
    try {
      return listenOnce(hosts, port, fetch)
    } catch (error) {
      // With port 0, the port that is free on the first host may be taken on another.
      if (port !== 0 || attempt === freePortAttempts) throw error
    }
  }
}

function listenOnce(hosts: readonly string[], port: number, fetch: RequestHandler): Server<undefined>[] {
  const servers: Server<undefined>[] = []
  for (const hostname of hosts) {
    try {
      servers.push(
        Bun.serve({
          hostname,
          port: servers[0]?.port ?? port,
          fetch: (request, server) => fetch(request, server.requestIP(request)?.address),
          maxRequestBodySize: largestBody,
          // In production mode Bun would share the port with other services of this user, and the kernel would distribute
          // requests among them.
          reusePort: false,
          idleTimeout: 30,
          // In development mode Bun responds to an error with its source code.
          development: false,
          error: (error) => {
            writeToStderr(`duly: ${error}`)
            return withSecurityHeaders(errorResponse(internalError, undefined))
          },
        }),
      )
    } catch (error) {
      const { code = '' } = error as { code?: string }
      // A machine without IPv6 has no ::1; 127.0.0.1 is enough then.
      if (servers.length > 0 && code !== 'EADDRINUSE') continue
      for (const server of servers) void server.stop(true)
      throw new ListenError(sentence(hostname, port, code), code === 'EADDRINUSE')
    }
  }
  return servers
}

function sentence(hostname: string, port: number, code: string): string {
  if (code === 'EADDRINUSE')
    return `Port ${port} on ${hostname} is taken: stop what listens there, or set PORT to another one.`
  if (code === 'EACCES') return `This user may not listen on port ${port}: set PORT to one from 1024 to 65535.`
  return `Duly cannot listen on ${hostname}:${port} (${code}): set HOST to an address of this machine.`
}
