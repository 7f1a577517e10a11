import { createConnection, createServer } from 'node:net'

/** A request and its answer on one connection. */
export interface Exchange {
  /** Path and query. */
  readonly address: string
  /** That of the answer; 0 until it begins. */
  status: number
  /** What both took so far, with their headers. */
  bytes: number
}

/** A TCP proxy before a web server that counts what goes by. It relies on the browser to send one request at a time on a connection. */
export async function startCountingProxy(target: string) {
  const exchanges: Exchange[] = []
  const { hostname, port } = new URL(target)
  const server = createServer((client) => {
    const upstream = createConnection({ host: hostname, port: Number(port) })
    let current: Exchange | undefined
    client.on('data', (bytes) => {
      const [, address] = /^[A-Z]+ (\S+) HTTP/.exec(bytes.toString('latin1')) ?? []
      if (address !== undefined) {
        current = { address, status: 0, bytes: 0 }
        exchanges.push(current)
      }
      if (current) current.bytes += bytes.length
      upstream.write(bytes)
    })
    upstream.on('data', (bytes) => {
      if (current) {
        current.bytes += bytes.length
        current.status ||= Number(bytes.toString('latin1', 9, 12))
      }
      client.write(bytes)
    })
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on('end', () => to.end())
      from.on('error', () => to.destroy())
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    /** All so far, in the order in which the requests came. */
    exchanges: exchanges as readonly Exchange[],
    async [Symbol.asyncDispose]() {
      server.close()
    },
  }
}
