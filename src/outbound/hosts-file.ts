import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { WatchedFile } from './watched-file.ts'

const file = new WatchedFile('/etc/hosts')
let hosts: ReadonlyMap<string, readonly string[]> | undefined

/**
 * Returns all addresses that /etc/hosts lists for a name. The resolver that needs no threads (c-ares) returns only the
 * first IPv4 and the first IPv6 address of such a name.
 * @param host in lower case, as in a URL
 */
export function hostsFileAddresses(host: string): readonly string[] {
  if (hosts === undefined || file.hasChanged()) hosts = readHosts()
  return hosts.get(host.endsWith('.') ? host.slice(0, -1) : host) ?? []
}

function readHosts(): ReadonlyMap<string, readonly string[]> {
  const addresses = new Map<string, string[]>()
  try {
    for (const line of readFileSync(file.path, 'utf8').split('\n')) {
      const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
      if (isIP(address) === 0 || address.includes('%')) continue
      for (const name of names.map((name) => name.toLowerCase()))
        addresses.set(name, [...(addresses.get(name) ?? []), address])
    }
  } catch {
    // A machine without the file has no such names.
  }
  return addresses
}
