import type { Duplex } from 'node:stream'

/**
 * Keeps back that a socket was closed, or failed, until the driver has written to it once. The driver sends its first
 * message a moment after it got the socket; one that is closed in between would leave that message unsent in the driver, and
 * every later connection of the same slot would wait for ever (postgres.js 3.4.9: `closed` clears the timer of the write and
 * does not forget it).
 */
export function closeAfterFirstWrite<T extends Duplex>(socket: T): T {
  const held: [name: string, args: unknown[]][] = []
  const { emit, write } = socket
  const own = socket as { emit?: unknown; write?: unknown }
  const hadEmit = Object.hasOwn(socket, 'emit')
  own.emit = (name: string, ...args: unknown[]) => {
    if (name !== 'close' && name !== 'error') return Reflect.apply(emit, socket, [name, ...args])
    held.push([name, args])
    return true
  }
  own.write = (...args: unknown[]) => {
    delete own.emit
    delete own.write
    // Whoever reads along (start-watch.ts) had put its own there.
    if (hadEmit) own.emit = emit
    setImmediate(() => {
      for (const [name, given] of held) socket.emit(name, ...given)
    })
    return socket.destroyed ? false : Reflect.apply(write, socket, args)
  }
  return socket
}
