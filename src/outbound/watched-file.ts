import { statSync } from 'node:fs'

const checkEveryMs = 1_000

/** Detects changes of a file by its inode and modification time, checked at most once a second. */
export class WatchedFile {
  #checkedAt = performance.now()
  #version: string

  constructor(readonly path: string) {
    this.#version = versionOf(path)
  }

  /** Reports whether the file has changed since the previous call. */
  hasChanged(): boolean {
    const now = performance.now()
    if (now - this.#checkedAt < checkEveryMs) return false
    this.#checkedAt = now
    const version = versionOf(this.path)
    if (version === this.#version) return false
    this.#version = version
    return true
  }
}

function versionOf(path: string): string {
  const { mtimeMs, ino } = statSync(path, { throwIfNoEntry: false }) ?? {}
  return `${ino} ${mtimeMs}`
}
