import ipaddr from 'ipaddr.js'
import { holdsAddress, type Rule } from '../outbound/rules.ts'

type Address = ipaddr.IPv4 | ipaddr.IPv6

const peers = new WeakMap<Request, string>()

/** Keeps the address at the other end of a request's connection, for as long as there is the request. */
export function keepPeer(request: Request, address: string): void {
  peers.set(request, address)
}

/**
 * Who sent a request: the other end of its connection or, where that is a trusted proxy, the right-most address in
 * X-Forwarded-For that is none. What stands further left is the sender's own writing.
 * @returns undefined when the connection is not known: it is closed, or there never was one
 */
export function clientAddress(request: Request, trustedProxies: readonly Rule[]): Address | undefined {
  let client = readAddress(peers.get(request) ?? '')
  const forwarded = request.headers.get('x-forwarded-for')?.split(',') ?? []
  while (client && holdsAddress(trustedProxies, client)) {
    const before = readAddress(forwarded.pop()?.trim() ?? '')
    if (!before) break
    client = before
  }
  return client
}

/** An address as the kernel or a proxy writes it: some add the port, and IPv4 over IPv6 is IPv4. */
function readAddress(text: string): Address | undefined {
  const [, bare = text] = /^\[([^\]]*)\](?::\d+)?$/.exec(text) ?? /^([\d.]+):\d+$/.exec(text) ?? []
  const address = bare.replace(/%.*$/, '')
  if (!ipaddr.IPv4.isValidFourPartDecimal(address) && !ipaddr.IPv6.isValid(address)) return undefined
  return ipaddr.process(address)
}
