import { setServers } from 'node:dns'
import { readFileSync } from 'node:fs'
import { dns } from 'bun'
import { listedAddresses, WatchedFile } from './hosts-file.ts'

/** Who asks for a name within this, in ms, of somebody whose answer is not there yet gets the same answer. */
const sharedForMs = 1_000
const underWay = new Map<string, { readonly since: number; readonly addresses: Promise<string[]> }>()

/** What the name servers say of a name that only this machine may know, and what is said where there are none. */
const notTheirs = new Set(['DNS_ENOTFOUND', 'DNS_ENODATA', 'DNS_ECONNREFUSED'])

/** Where the name servers stand: they are read once at the start, and a machine that changes its network changes them. */
const servers = new WatchedFile('/etc/resolv.conf')

/**
 * All addresses of a name, once each, those of IPv4 first.
 * @throws an error whose code begins with `DNS_`
 */
export function lookUp(host: string): Promise<string[]> {
  const now = performance.now()
  const known = underWay.get(host)
  if (known && now - known.since < sharedForMs) return known.addresses
  const entry = { since: now, addresses: ask(host) }
  underWay.set(host, entry)
  const forget = () => {
    if (underWay.get(host) === entry) underWay.delete(host)
  }
  entry.addresses.then(forget, forget)
  return entry.addresses
}

/**
 * The system's own look-up keeps a thread for as long as a name server is silent, and there are about as many threads as
 * processors: eight names of a silent server would hold up all others for half a minute. So the servers are asked
 * without threads, and the system only for names that they do not know (mDNS and the like).
 */
async function ask(host: string): Promise<string[]> {
  followServers()
  const found = await dns.lookup(host, { backend: 'c-ares' }).catch((error) => {
    if (!notTheirs.has(error.code)) throw error
    return dns.lookup(host, { backend: 'system' })
  })
  const all = new Set([...listedAddresses(host), ...found.map(({ address }) => address)])
  // An IPv6 address has a colon.
  return [...all].sort((a, b) => Number(a.includes(':')) - Number(b.includes(':')))
}

/** Takes the name servers anew when their file has changed; looked at once a second at most. */
function followServers(): void {
  if (!servers.hasChanged()) return
  try {
    const named = [...readFileSync(servers.path, 'utf8').matchAll(/^nameserver\s+([^\s%]+)\s*$/gm)].map(
      ([, one]) => one,
    )
    if (named.length > 0) setServers(named as string[])
  } catch {
    // A file that is gone, or names what is no server: those that are known stay.
  }
}
