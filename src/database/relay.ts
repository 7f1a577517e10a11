import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Route } from './route.ts'

/**
 * A Unix socket, accessible to this user only, whose connections are forwarded to the server of a route. A program with
 * limited support for TLS and several hosts connects through it.
 */
export interface Relay {
  /** The directory of the socket, to be given as the host. */
  readonly folder: string
  /**
   * Returns the error of the last connection that the route could not open; the program only sees its connection closed.
   */
  problem(): unknown
  /** Closes the socket and all connections. */
  close(): void
}

/** Opens a relay to a route. @param port the port in the name of the socket @throws the system's error */
export async function openRelay(route: Route, port: number): Promise<Relay> {
  const folder = mkdtempSync(join(tmpdir(), 'duly-'))
  const sockets = new Set<Socket>()
  let problem: unknown
  const link = (client: Socket, server: Socket) => {
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(one)
      one.on('error', () => {}).on('close', () => other.end())
      one.pipe(other)
    }
  }
  const server = createServer({ pauseOnConnect: true }, (client) => {
    route.dial().then(
      (onward) => {
        link(client, onward)
        client.resume()
      },
      (error) => {
        problem = error
        client.destroy()
      },
    )
  })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject).listen(join(folder, `.s.PGSQL.${port}`), resolve)
  const close = () => {
    server.close()
    for (const socket of sockets) socket.destroy()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await promise
  } catch (error) {
    close()
    throw error
  }
  return { folder, problem: () => problem, close }
}
