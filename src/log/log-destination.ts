import { constants, fstatSync, openSync, writeSync } from 'node:fs'

/** How long to wait for a reader of a full pipe, in ms. After a lost line, writes do not wait until one succeeds. */
const waitAtMostMs = 50

/**
 * Writes lines to a file descriptor synchronously, with a bounded wait: when the reader of a pipe has stopped reading, lines
 * are lost and the process goes on.
 */
export class LogDestination {
  readonly #fd: number
  /** Whether the last line was lost. */
  #lost = false
  /** Whether a part of the last line was written, so that the next one must start on a new line. */
  #torn = false

  constructor(fd: number) {
    this.#fd = nonBlocking(fd)
  }

  /** Writes one line. @throws the system's error when it cannot be written, such as for a full disk or a closed pipe */
  write(line: string): void {
    const bytes = Buffer.from(this.#torn ? `\n${line}` : line)
    const until = performance.now() + (this.#lost ? 0 : waitAtMostMs)
    let written = 0
    try {
      while (written < bytes.length) {
        try {
          written += writeSync(this.#fd, bytes, written)
        } catch (error) {
          const { code } = error as { code?: string }
          if (code === 'EINTR') continue
          if (code !== 'EAGAIN' || performance.now() >= until) throw error
          Bun.sleepSync(1)
        }
      }
      this.#lost = false
      this.#torn = false
    } catch (error) {
      this.#lost = true
      this.#torn ||= written > 0
      throw error
    }
  }
}

/**
 * For a pipe, opens a non-blocking descriptor of our own: O_NONBLOCK on the given one would apply to every process that
 * shares it. Returns other descriptors unchanged.
 */
function nonBlocking(fd: number): number {
  try {
    if (fstatSync(fd).isFIFO()) return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK)
  } catch {
    // The descriptor is closed or cannot be reopened. Use it unchanged.
  }
  return fd
}
