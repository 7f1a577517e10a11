import { mock } from 'bun:test'
import type { Writable } from 'node:stream'
import postgres from 'postgres'

/** The texts of the statements of Duly that this process has sent to a database. */
export const sentStatements: Set<string> = new Set()

const begin = '/* duly:'

/** Adds the statements in what a connection sends: each ends with a zero byte, in a message Parse as in a message Query. */
function note(chunk: unknown): void {
  if (!Buffer.isBuffer(chunk)) return
  for (let at = chunk.indexOf(begin); at >= 0; at = chunk.indexOf(begin, at + 1)) {
    const end = chunk.indexOf(0, at)
    const text = end > 0 ? chunk.toString('utf8', at, end) : ''
    if (/^\/\* duly:[a-z_]+ \*\//.test(text)) sentStatements.add(text)
  }
}

interface Options {
  readonly socket: () => Promise<Writable>
}

/** Notes what is written to a socket. What `closeAfterFirstWrite` has put in the way of the first write removes itself then. */
function listen(socket: Writable): Writable {
  const first = socket.write
  socket.write = (...args: unknown[]) => {
    note(args[0])
    const written = Reflect.apply(first, socket, args)
    const { write } = socket
    socket.write = (...later: unknown[]) => {
      note(later[0])
      return Reflect.apply(write, socket, later)
    }
    return written
  }
  return socket
}

/**
 * Has every pool of this process note its statements. The driver's own `debug` option would also change which properties of its
 * errors are shown. A statement is noted when a connection prepares it, so this costs little.
 */
export function noteStatements(): void {
  const noting = new Proxy(postgres, {
    apply: (target, self, [options]: [Options]) =>
      Reflect.apply(target, self, [{ ...options, socket: async () => listen(await options.socket()) }]),
  })
  mock.module('postgres', () => ({ default: noting }))
}
