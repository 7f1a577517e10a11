import ipaddr from 'ipaddr.js'
import { matchesAddress, type Rule } from '../outbound/rules.ts'

type Address = ipaddr.IPv4 | ipaddr.IPv6

const peers = new WeakMap<Request, string>()

/** Sets the remote address of the connection that a request came over. */
export function setPeerAddress(request: Request, address: string): void {
  peers.set(request, address)
}

/**
 * Returns the address of the client that sent a request: the remote address of its connection or, when that is a trusted
 * proxy, the right-most address in X-Forwarded-For that is not one. Anything further left can be forged by the client.
 * @returns undefined when the remote address is unknown, as for a closed connection
 */
export function clientAddress(request: Request, trustedProxies: readonly Rule[]): Address | undefined {
  let client = readAddress(peers.get(request) ?? '')
  const forwarded = request.headers.get('x-forwarded-for')?.split(',') ?? []
  while (client && matchesAddress(trustedProxies, client)) {
    const before = readAddress(forwarded.pop()?.trim() ?? '')
    if (!before) break
    client = before
  }
  return client
}

/** Parses an address with an optional port and zone id, as kernels and proxies write it. IPv4-mapped IPv6 becomes IPv4. */
function readAddress(text: string): Address | undefined {
  const [, bare = text] = /^\[([^\]]*)\](?::\d+)?$/.exec(text) ?? /^([\d.]+):\d+$/.exec(text) ?? []
  const address = bare.replace(/%.*$/, '')
  if (!ipaddr.IPv4.isValidFourPartDecimal(address) && !ipaddr.IPv6.isValid(address)) return undefined
  return ipaddr.process(address)
}
