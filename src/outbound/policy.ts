import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { LRUCache } from 'lru-cache'
import { type Destination, hostOf, originTextOf, toDestination } from './destination.ts'
import { isLocalhost, matchesAddress, matchesName, normalizeName, type Rule } from './rules.ts'

type Address = ipaddr.IPv4 | ipaddr.IPv6

/** The configuration of the outbound policy. */
export interface OutboundSettings {
  /**
   * OUTBOUND_POLICY: `internal` allows private and loopback addresses as well as public ones, `public` only public ones.
   */
  readonly policy: 'internal' | 'public'
  /** OUTBOUND_ALLOW */
  readonly allow: readonly Rule[]
  /** OUTBOUND_DENY, which takes precedence over OUTBOUND_ALLOW. */
  readonly deny: readonly Rule[]
  /** OUTBOUND_KEEPALIVE: whether a connection serves further calls for about a second. */
  readonly keepAlive: boolean
}

/** Where a URL leads, and why it may not be called, as a clause; undefined if it may. */
export interface CheckedDestination extends Destination {
  readonly blockReason: string | undefined
}

/** Cloud metadata services (which hand out credentials) outside the link-local ranges. */
const metadata = ['168.63.129.16', '100.100.100.200', '192.0.0.192', 'fd00:ec2::254', 'fd20:ce::254'].map((address) =>
  ipaddr.parse(address).toNormalizedString(),
)
const metadataNames = ['metadata.google.internal', 'metadata.goog', 'instance-data.ec2.internal']
/** The ranges, by their names in ipaddr.js, that the policies `internal` and `public` allow. */
const internalRanges = new Set(['unicast', 'private', 'loopback', 'uniqueLocal', 'carrierGradeNat'])
const publicRanges = new Set(['unicast'])
const descriptions: Readonly<Record<string, string>> = {
  private: 'a private address',
  loopback: 'a loopback address',
  uniqueLocal: 'a private address',
  linkLocal: 'a link-local address',
  carrierGradeNat: 'a shared address',
  unspecified: 'no address of a host',
  multicast: 'a multicast address',
  broadcast: 'a broadcast address',
  ipv4Mapped: 'an IPv4 address written as IPv6',
  ipv4Compatible: 'an IPv4 address written as IPv6',
  rfc6052: 'an IPv4 address behind NAT64',
  '6to4': 'an IPv4 address behind 6to4',
  teredo: 'an IPv4 address behind Teredo',
  metadata: 'a metadata service',
}
/**
 * Ranges that ipaddr.js reports as unicast: IPv4-compatible (deprecated), local NAT64 (RFC 8215), site-local
 * (deprecated).
 */
const additionalRanges: readonly [ipaddr.IPv6, number, string][] = [
  [ipaddr.IPv6.parse('::'), 96, 'ipv4Compatible'],
  [ipaddr.IPv6.parse('64:ff9b:1::'), 48, 'rfc6052'],
  [ipaddr.IPv6.parse('fec0::'), 10, 'uniqueLocal'],
]

/**
 * Decides which targets may be called. A URL is checked when a task is written and before each call; the addresses that
 * its host name resolves to are checked at each call.
 */
export class OutboundPolicy {
  /** Decisions by address and name, since most calls go to recent targets. The empty string stands for "allowed". */
  readonly #decisions = new LRUCache<string, string>({ max: 10_000 })

  /** Destinations that were checked, by their origin as it is written. */
  readonly #checked = new LRUCache<string, CheckedDestination>({ max: 10_000 })

  constructor(readonly settings: OutboundSettings) {}

  /** Where a URL leads, and whether it may be called. A URL of an origin that was checked before is not parsed. */
  check(url: string): CheckedDestination {
    const text = originTextOf(url)
    const known = text === undefined ? undefined : this.#checked.get(text)
    if (known) return known
    const parsed = new URL(url)
    const checked = { ...toDestination(parsed), blockReason: this.blockReasonForUrl(parsed) }
    if (text !== undefined) this.#checked.set(text, checked)
    return checked
  }

  /**
   * Returns why a URL may not be called, as a clause such as `10.0.0.1 is a private address …`, or undefined if it may.
   * A host name is not resolved: check its addresses with `blockReasonForAddress`.
   */
  blockReasonForUrl(url: URL): string | undefined {
    if (url.protocol !== 'http:' && url.protocol !== 'https:')
      return `only http and https are called, not ${url.protocol}`
    if (url.username || url.password) return 'credentials in the URL are not sent; give an Authorization header'
    const host = hostOf(url)
    return isIP(host) ? this.blockReasonForAddress(host) : this.#blockReasonForName(host)
  }

  /**
   * Returns why an address may not be called, or undefined if it may.
   * @param name the host name that resolved to the address
   */
  blockReasonForAddress(text: string, name = text): string | undefined {
    const key = `${text} ${name}`
    let reason = this.#decisions.get(key)
    if (reason === undefined) {
      reason = this.#decide(text, name) ?? ''
      this.#decisions.set(key, reason)
    }
    return reason || undefined
  }

  #decide(text: string, name: string): string | undefined {
    const address = ipaddr.parse(text)
    const { policy, allow, deny } = this.settings
    if (matchesAddress(deny, address)) return `${describe(name, text)} is in OUTBOUND_DENY`
    const range = rangeOf(address)
    if (!internalRanges.has(range))
      return matchesAddress(allow, address, true)
        ? undefined
        : `${describe(name, text)} is ${descriptions[range] ?? 'a reserved address'}; only OUTBOUND_ALLOW with this very address lets calls go there`
    if (policy === 'internal' || publicRanges.has(range)) return undefined
    return matchesAddress(allow, address) || matchesName(allow, normalizeName(name))
      ? undefined
      : `${describe(name, text)} is ${descriptions[range]}, and OUTBOUND_POLICY is public; OUTBOUND_ALLOW may list it`
  }

  #blockReasonForName(host: string): string | undefined {
    const name = normalizeName(host)
    const { policy, allow, deny } = this.settings
    if (matchesName(deny, name)) return `${name} is in OUTBOUND_DENY`
    if (metadataNames.includes(name)) return `${name} is a metadata service`
    if (isLocalhost(name) && policy === 'public' && !matchesName(allow, name))
      return `${name} is this machine, and OUTBOUND_POLICY is public; OUTBOUND_ALLOW may list it`
    return undefined
  }
}

function rangeOf(address: Address): string {
  if (metadata.includes(address.toNormalizedString())) return 'metadata'
  const range: string = address.range()
  if (address.kind() === 'ipv4' || range === 'loopback' || range === 'unspecified') return range
  return additionalRanges.find(([network, bits]) => (address as ipaddr.IPv6).match(network, bits))?.[2] ?? range
}

const describe = (name: string, address: string) => (name === address ? address : `${name} (${address})`)
