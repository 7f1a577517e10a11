import { setServers } from 'node:dns'
import { readFileSync } from 'node:fs'
import { dns } from 'bun'
import { LRUCache } from 'lru-cache'
import { hostsFileAddresses } from './hosts-file.ts'
import { WatchedFile } from './watched-file.ts'

/** A lookup is shared with callers that come within this many ms of its start. */
const sharedForMs = 1_000
const lookups = new LRUCache<string, { readonly since: number; readonly addresses: Promise<string[]> }>({ max: 10_000 })

/**
 * Errors after which the system resolver is asked: name servers do not know the name, have no address for it, or none is
 * reachable.
 */
const unknownToServers = new Set(['DNS_ENOTFOUND', 'DNS_ENODATA', 'DNS_ECONNREFUSED'])

/** Bun reads the name servers once at startup; they change when the machine changes its network. */
const resolvConf = new WatchedFile('/etc/resolv.conf')

/**
 * Resolves a host name to all its addresses, without duplicates, IPv4 first.
 * @throws an error whose code begins with `DNS_`
 */
export function resolveHost(host: string): Promise<string[]> {
  const now = performance.now()
  const known = lookups.get(host)
  if (known && now - known.since < sharedForMs) return known.addresses
  const entry = { since: now, addresses: lookUp(host) }
  lookups.set(host, entry)
  entry.addresses.catch(() => {
    if (lookups.get(host) === entry) lookups.delete(host)
  })
  return entry.addresses
}

/**
 * Asks the name servers without a thread, and the system resolver only for names that they do not know (mDNS, for
 * example). The system resolver occupies a thread for as long as a name server is silent, and there are about as many
 * threads as processors: eight names of one silent server would block all other lookups for half a minute.
 */
async function lookUp(host: string): Promise<string[]> {
  followServers()
  const found = await dns.lookup(host, { backend: 'c-ares' }).catch((error) => {
    if (!unknownToServers.has(error.code)) throw error
    return dns.lookup(host, { backend: 'system' })
  })
  const all = new Set([...hostsFileAddresses(host), ...found.map(({ address }) => address)])
  // Only IPv6 addresses contain a colon.
  return [...all].sort((a, b) => Number(a.includes(':')) - Number(b.includes(':')))
}

/** Applies the name servers of /etc/resolv.conf again when the file has changed. */
function followServers(): void {
  if (!resolvConf.hasChanged()) return
  try {
    const servers = [...readFileSync(resolvConf.path, 'utf8').matchAll(/^nameserver\s+([^\s%]+)\s*$/gm)].map(
      ([, server]) => server,
    )
    if (servers.length > 0) setServers(servers as string[])
  } catch {
    // The file is gone or names an invalid server: the previous servers stay in use.
  }
}
