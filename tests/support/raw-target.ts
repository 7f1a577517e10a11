import { createServer, type Socket } from 'node:net'

/** What a target does with a connection on which a request has arrived: bytes to send, after which it hangs up, or more. */
export type Behaviour = string | Buffer | ((socket: Socket, request: Buffer) => void)

/** A target on loopback that answers in bytes, right or wrong: each path has its behaviour. */
export async function startRawTarget(behaviours: Readonly<Record<string, Behaviour>>) {
  const requests: string[] = []
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => open.delete(socket))
    socket.once('data', (data) => {
      requests.push(data.toString('latin1'))
      const behaviour = behaviours[/^[A-Z]+ (\S+) HTTP/.exec(String(data))?.[1] ?? ''] ?? ''
      if (typeof behaviour === 'function') behaviour(socket, Buffer.from(data))
      else socket.end(behaviour)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    stop: () => {
      server.close()
      for (const socket of open) socket.destroy()
    },
  }
}

/** A whole answer of HTTP/1.1. */
export function answer(head: string, body: string | Buffer = 'ok'): Buffer {
  const bytes = Buffer.from(body)
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${head}\r\nContent-Length: ${bytes.length}\r\n\r\n`, 'latin1'), bytes])
}
