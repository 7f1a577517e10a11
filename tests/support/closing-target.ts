import { createServer, type Socket } from 'node:net'

/** Idle connections are closed after this, in ms. */
const idleMs = 20

/**
 * A target that offers to keep connections alive and closes idle ones, as many do: one that gets a second request is
 * closed just then, with the request read and no answer given. It counts requests by their Duly-Execution-Id.
 */
export async function startClosingTarget() {
  const requests = new Map<string, number>()
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket)
    let read = ''
    let answered = false
    let closing: Timer | undefined
    socket.on('error', () => {})
    socket.on('close', () => open.delete(socket))
    socket.on('data', (chunk) => {
      clearTimeout(closing)
      read += chunk.toString('latin1')
      for (let end = requestEnd(read); end !== undefined; end = requestEnd(read)) {
        const execution = /^duly-execution-id: *(\S+)/im.exec(read.slice(0, end))?.[1] ?? ''
        requests.set(execution, (requests.get(execution) ?? 0) + 1)
        read = read.slice(end)
        if (answered) socket.destroy()
        answered = true
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: keep-alive\r\n\r\nok')
        closing = setTimeout(() => socket.destroy(), idleMs)
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}/`,
    requests,
    stop: () => {
      server.close()
      for (const socket of open) socket.destroy()
    },
  }
}

/** Where the first whole request in this text ends, or undefined. */
function requestEnd(text: string): number | undefined {
  const head = text.indexOf('\r\n\r\n')
  if (head < 0) return undefined
  const length = Number(/^content-length: *(\d+)/im.exec(text.slice(0, head))?.[1] ?? 0)
  const end = head + 4 + length
  return text.length >= end ? end : undefined
}
