import { dlopen, ptr } from 'bun:ffi'
import { connect } from 'node:net'

/**
 * Listens where no connection is taken any more: a queue that is full, so that the system drops what asks for one.
 * @param host an IPv4 address
 */
export async function startSilentPort(host: string, port: number): Promise<{ stop: () => void }> {
  const { symbols, close } = dlopen(process.platform === 'darwin' ? 'libSystem.dylib' : 'libc.so.6', {
    socket: { args: ['int', 'int', 'int'], returns: 'int' },
    bind: { args: ['int', 'ptr', 'int'], returns: 'int' },
    listen: { args: ['int', 'int'], returns: 'int' },
    close: { args: ['int'], returns: 'int' },
  })
  const listening = symbols.socket(2, 1, 0)
  const address = new Uint8Array(16)
  address.set([2, 0, port >> 8, port & 255, ...host.split('.').map(Number)])
  if (symbols.bind(listening, ptr(address), 16) !== 0 || symbols.listen(listening, 0) !== 0)
    throw new Error(`cannot listen on ${host}:${port}`)
  const sockets = [1, 2, 3].map(() => connect({ host, port }).on('error', () => {}))
  await Bun.sleep(50)
  return {
    stop() {
      for (const socket of sockets) socket.destroy()
      symbols.close(listening)
      close()
    },
  }
}
