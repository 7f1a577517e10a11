import { constants, fstatSync, openSync, writeSync } from 'node:fs'

/** How long a line waits for a reader of a full pipe, in ms; after one that was lost none waits until one gets through. */
const patienceMs = 50

/**
 * Writes lines to a file descriptor at once, and throws when one cannot be written. It does not wait for a reader that
 * has stopped reading: a full pipe loses lines, it does not hold up the process.
 */
export class LogDestination {
  readonly #fd: number
  /** Whether the last line was lost, and whether a part of it was written. */
  #lost = false
  #torn = false

  constructor(fd: number) {
    this.#fd = withoutWaiting(fd)
  }

  /** @throws the error of the system for a line that cannot be written, as for a full disk or a closed pipe */
  write(line: string): void {
    const bytes = Buffer.from(this.#torn ? `\n${line}` : line)
    const until = performance.now() + (this.#lost ? 0 : patienceMs)
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

/** For a pipe a descriptor of its own that does not wait: the given one is shared with other processes. */
function withoutWaiting(fd: number): number {
  try {
    if (fstatSync(fd).isFIFO()) return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK)
  } catch {
    // Not to be opened anew, or closed: then as it is.
  }
  return fd
}
