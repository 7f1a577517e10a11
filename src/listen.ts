import type { Server } from 'bun'

/** The runtime's own limit of a body, well above the API's: the answer to a large one is to be ours. */
const largestBody = 64 * 1_048_576

/** An address that cannot be listened on. Its message is one sentence. */
export class ListenError extends Error {}

/**
 * Listens on every host, where it exists, and on one port.
 * @throws ListenError when the port is taken or the host is not this machine's
 */
export function listen(
  hosts: readonly string[],
  port: number,
  fetch: (request: Request) => Response | Promise<Response>,
): Server<undefined>[] {
  const servers: Server<undefined>[] = []
  for (const hostname of hosts) {
    try {
      servers.push(
        Bun.serve({
          hostname,
          port: servers[0]?.port ?? port,
          fetch,
          maxRequestBodySize: largestBody,
          idleTimeout: 30,
        }),
      )
    } catch (error) {
      // A machine without IPv6 has no ::1; then 127.0.0.1 is enough.
      if (servers.length > 0 && !taken(error)) continue
      for (const server of servers) void server.stop(true)
      throw new ListenError(
        taken(error)
          ? `Port ${port} on ${hostname} is taken: stop what listens there, or set PORT to another one.`
          : `Duly cannot listen on ${hostname}:${port} (${(error as { code?: string }).code}): set HOST and PORT to an address of this machine.`,
      )
    }
  }
  return servers
}

const taken = (error: unknown) => (error as { code?: string }).code === 'EADDRINUSE'
