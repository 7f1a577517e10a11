import type { Socket } from 'node:net'

/** Callbacks for the outcome of a session's start. At most one of them is called, once. */
interface StartEvents {
  readonly onStandby: () => void
  /** The server is a primary with default_transaction_read_only. */
  readonly onReadOnly: () => void
  /** The server reported an error, with its SQLSTATE and message. */
  readonly onError: (code: string, message: string) => void
  readonly onReady: () => void
}

/** Message types of the protocol: ErrorResponse (E), ParameterStatus (S), ReadyForQuery (Z). */
const [error, parameter, ready] = [0x45, 0x53, 0x5a]

/**
 * Reads the messages that a server sends while a session starts, up to the first ReadyForQuery. PostgreSQL reports there
 * whether it is a standby, before any statement is sent. A callback that closes the socket keeps the last messages from
 * the driver.
 */
export function watchStart(socket: Socket, events: StartEvents): void {
  let unread = Buffer.alloc(0)
  let readOnly = false
  /** Returns the callback to call, once the start has ended. */
  const outcomeOf = (chunk: Buffer): (() => void) | undefined => {
    unread = Buffer.concat([unread, chunk])
    while (unread.length > 4) {
      const end = unread.readUInt32BE(1) + 1
      if (unread.length < end) return undefined
      const [type, body] = [unread[0], unread.subarray(5, end)]
      unread = unread.subarray(end)
      if (type === parameter && body.toString() === 'in_hot_standby\0on\0') return events.onStandby
      if (type === parameter && body.toString() === 'default_transaction_read_only\0on\0') readOnly = true
      if (type === error) return () => events.onError(field(body, 'C'), field(body, 'M'))
      if (type === ready) return readOnly ? events.onReadOnly : events.onReady
    }
    return undefined
  }
  const { emit } = socket
  // `emit` is replaced because a listener could not withhold the chunk from the driver, which would then send a statement.
  socket.emit = ((name: string, ...args: unknown[]) => {
    const callback = name === 'data' ? outcomeOf(args[0] as Buffer) : undefined
    if (callback === undefined) return Reflect.apply(emit, socket, [name, ...args])
    socket.emit = emit
    callback()
    return socket.destroyed || Reflect.apply(emit, socket, [name, ...args])
  }) as Socket['emit']
}

/** Returns a field of an ErrorResponse by its type letter. */
function field(body: Buffer, letter: string): string {
  const found = body
    .toString()
    .split('\0')
    .find((text) => text.startsWith(letter))
  return found?.slice(1) ?? ''
}
