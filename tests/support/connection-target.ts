import { createServer, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'

/** A request as it arrived. */
export interface Arrived {
  readonly method: string
  readonly path: string
  readonly head: string
  readonly body: string
  /** Its Idempotency-Key and its Duly-Execution-Id; empty without. */
  readonly key: string
  readonly execution: string
  /** The number of its connection, and which request on it this is, both from 1 on. */
  readonly connection: number
  readonly nth: number
}

/** What a target does with a request. It may answer now or later, close the connection, or do nothing. */
export type Answering = (request: Arrived, socket: Socket) => void

/**
 * A target on loopback that keeps connections open, so that each may carry many requests, and counts both.
 * @param answering called for each request
 * @param tls makes it an HTTPS target
 */
export async function startConnectionTarget(answering: Answering, tls?: TlsOptions) {
  const requests: Arrived[] = []
  const open = new Set<Socket>()
  const counts = { connections: 0, mostOpen: 0 }
  const accept = (socket: Socket) => {
    const connection = ++counts.connections
    open.add(socket)
    counts.mostOpen = Math.max(counts.mostOpen, open.size)
    socket.on('error', () => {})
    socket.on('close', () => open.delete(socket))
    let read = ''
    let nth = 0
    socket.on('data', (chunk: Buffer) => {
      // What reaches a connection that the target has closed is not read by it.
      if (socket.writableEnded) return
      read += chunk.toString('latin1')
      for (let end = requestEnd(read); end !== undefined && !socket.writableEnded; end = requestEnd(read)) {
        const request = parse(read.slice(0, end), connection, ++nth)
        read = read.slice(end)
        requests.push(request)
        answering(request, socket)
      }
    })
  }
  const server = tls ? createTlsServer(tls, accept) : createServer(accept)
  server.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return {
    port,
    /** @param host any name or address of this machine */
    url: (path = '/', host = '127.0.0.1') => `${tls ? 'https' : 'http'}://${host}:${port}${path}`,
    requests,
    counts,
    /** How many connections are open. */
    open: () => open.size,
    /** How often each execution arrived. */
    byExecution: () => Map.groupBy(requests, (request) => request.execution),
    stop: () => {
      server.close()
      for (const socket of open) socket.destroy()
    },
  }
}

export type ConnectionTarget = Awaited<ReturnType<typeof startConnectionTarget>>

/** A whole answer after which the connection may be kept. */
export const keepingAnswer = (body = 'ok', head = ''): string =>
  `HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${head}\r\n${body}`

/** Where the first whole request in this text ends, or undefined. */
function requestEnd(text: string): number | undefined {
  const head = text.indexOf('\r\n\r\n')
  if (head < 0) return undefined
  const length = Number(/^content-length: *(\d+)/im.exec(text.slice(0, head))?.[1] ?? 0)
  const end = head + 4 + length
  return text.length >= end ? end : undefined
}

function parse(text: string, connection: number, nth: number): Arrived {
  const headEnd = text.indexOf('\r\n\r\n')
  const [head, body] = [text.slice(0, headEnd), text.slice(headEnd + 4)]
  const field = (name: string) => new RegExp(`^${name}: *(\\S+)`, 'im').exec(head)?.[1] ?? ''
  const [, method = '', path = ''] = /^(\S+) (\S+)/.exec(head) ?? []
  return {
    method,
    path,
    head,
    body,
    key: field('idempotency-key'),
    execution: field('duly-execution-id'),
    connection,
    nth,
  }
}
