import type { Duplex } from 'node:stream'

/**
 * Delays the `close` and `error` events of a socket until the driver has written to it once. The driver writes its first
 * message shortly after it receives the socket. If the socket closes in between, the message is never sent, and every later
 * connection in the same position of the pool waits forever (postgres.js 3.4.9: `closed` clears the timer of the pending
 * write but keeps its handle, so no new timer is started).
 */
export function closeAfterFirstWrite<T extends Duplex>(socket: T): T {
  const delayed: [name: string, args: unknown[]][] = []
  const { emit, write } = socket
  const own = socket as { emit?: unknown; write?: unknown }
  const hadEmit = Object.hasOwn(socket, 'emit')
  own.emit = (name: string, ...args: unknown[]) => {
    if (name !== 'close' && name !== 'error') return Reflect.apply(emit, socket, [name, ...args])
    delayed.push([name, args])
    return true
  }
  own.write = (...args: unknown[]) => {
    delete own.emit
    delete own.write
    // start-watch.ts replaces `emit` as well, before this.
    if (hadEmit) own.emit = emit
    setImmediate(() => {
      for (const [name, given] of delayed) socket.emit(name, ...given)
    })
    return socket.destroyed ? false : Reflect.apply(write, socket, args)
  }
  return socket
}
