import type { Socket } from 'node:net'

export interface StartEvents {
  readonly isStandby: () => void
  /** A primary whose sessions begin read-only. */
  readonly isReadOnly: () => void
  /** Told the server's code and message. */
  readonly isRefused: (code: string, message: string) => void
  readonly isReady: () => void
}

const [error, parameter, ready] = [0x45, 0x53, 0x5a]

/**
 * Reads along what a server says while a connection starts, up to its first ReadyForQuery: PostgreSQL reports there
 * whether it is a standby, before a statement is sent. Of what a standby says the driver learns nothing further.
 */
export function watchStart(socket: Socket, events: StartEvents): void {
  let held = Buffer.alloc(0)
  let readOnly = false
  const ended = (chunk: Buffer): (() => void) | undefined => {
    held = Buffer.concat([held, chunk])
    while (held.length > 4) {
      const end = held.readUInt32BE(1) + 1
      if (held.length < end) return undefined
      const [type, body] = [held[0], held.subarray(5, end)]
      held = held.subarray(end)
      if (type === parameter && body.toString() === 'in_hot_standby\0on\0') return events.isStandby
      if (type === parameter && body.toString() === 'default_transaction_read_only\0on\0') readOnly = true
      if (type === error) return () => events.isRefused(field(body, 'C'), field(body, 'M'))
      if (type === ready) return readOnly ? events.isReadOnly : events.isReady
    }
    return undefined
  }
  const { emit } = socket
  // A listener could not keep what is in the same piece from the driver, which would start a statement then.
  socket.emit = ((name: string, ...args: unknown[]) => {
    const then = name === 'data' ? ended(args[0] as Buffer) : undefined
    if (then === undefined) return Reflect.apply(emit, socket, [name, ...args])
    socket.emit = emit
    then()
    return socket.destroyed || Reflect.apply(emit, socket, [name, ...args])
  }) as Socket['emit']
}

/** A field of an ErrorResponse by its letter. */
function field(body: Buffer, letter: string): string {
  const found = body
    .toString()
    .split('\0')
    .find((text) => text.startsWith(letter))
  return found?.slice(1) ?? ''
}
