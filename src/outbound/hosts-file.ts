import { readFileSync, statSync } from 'node:fs'
import { isIP } from 'node:net'

/** A file that is looked at again once a second at most, and read again when it has changed. */
export class WatchedFile {
  #lookedAt = performance.now()
  #version: string

  constructor(readonly path: string) {
    this.#version = versionOf(path)
  }

  /** Whether it has changed since this was last asked. */
  hasChanged(): boolean {
    const now = performance.now()
    if (now - this.#lookedAt < 1_000) return false
    this.#lookedAt = now
    const version = versionOf(this.path)
    if (version === this.#version) return false
    this.#version = version
    return true
  }
}

function versionOf(file: string): string {
  const { mtimeMs, ino } = statSync(file, { throwIfNoEntry: false }) ?? {}
  return `${ino} ${mtimeMs}`
}

const file = new WatchedFile('/etc/hosts')
let listed: ReadonlyMap<string, readonly string[]> | undefined

/**
 * All addresses that this machine's own list gives a name. The look-up that needs no thread takes the first of each kind
 * for the only one.
 * @param host as a URL has it, in lower case
 */
export function listedAddresses(host: string): readonly string[] {
  if (listed === undefined || file.hasChanged()) listed = readList()
  return listed.get(host.endsWith('.') ? host.slice(0, -1) : host) ?? []
}

function readList(): ReadonlyMap<string, readonly string[]> {
  const addresses = new Map<string, string[]>()
  try {
    for (const line of readFileSync(file.path, 'utf8').split('\n')) {
      const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
      if (isIP(address) === 0 || address.includes('%')) continue
      for (const name of names.map((name) => name.toLowerCase()))
        addresses.set(name, [...(addresses.get(name) ?? []), address])
    }
  } catch {
    // No list, no names.
  }
  return addresses
}
