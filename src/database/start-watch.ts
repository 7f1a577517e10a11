import type { Socket } from 'node:net'

export interface StartEvents {
  readonly isStandby: () => void
  /** Told the server's code and message. */
  readonly isRefused: (code: string, message: string) => void
  readonly isReady: () => void
}

const [error, parameter, ready] = [0x45, 0x53, 0x5a]

/**
 * Reads along what a server says while a connection starts, up to its first ReadyForQuery: PostgreSQL reports there
 * whether it is a standby, before a statement is sent.
 */
export function watchStart(socket: Socket, { isStandby, isRefused, isReady }: StartEvents): void {
  let held = Buffer.alloc(0)
  const look = (chunk: Buffer) => {
    held = Buffer.concat([held, chunk])
    while (held.length > 4) {
      const end = held.readUInt32BE(1) + 1
      if (held.length < end) return
      const [type, body] = [held[0], held.subarray(5, end)]
      held = held.subarray(end)
      if (type === parameter && body.toString() === 'in_hot_standby\0on\0') return stop(isStandby)
      if (type === error) return stop(() => isRefused(field(body, 'C'), field(body, 'M')))
      if (type === ready) return stop(isReady)
    }
  }
  const stop = (then: () => void) => {
    socket.off('data', look)
    then()
  }
  socket.on('data', look)
}

/** A field of an ErrorResponse by its letter. */
function field(body: Buffer, letter: string): string {
  const found = body
    .toString()
    .split('\0')
    .find((text) => text.startsWith(letter))
  return found?.slice(1) ?? ''
}
