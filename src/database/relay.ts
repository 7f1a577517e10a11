import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Route } from './route.ts'

/**
 * A Unix socket, for this user alone, behind which is the server that a route leads to: a program with less of TLS and of
 * several hosts than the route connects through it without either.
 */
export interface Relay {
  /** The directory that stands for the host. */
  readonly folder: string
  /** Why the route was closed to the program, which learns of nothing but an end. */
  problem(): unknown
  close(): void
}

/** @throws the system's error when the socket cannot be made */
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
