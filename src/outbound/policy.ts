import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { holdsAddress, isLocalhost, namesHost, plainName, type Rule } from './rules.ts'

type Address = ipaddr.IPv4 | ipaddr.IPv6

export interface OutboundSettings {
  /** `internal` lets calls go to private and loopback addresses, `public` to public ones only. */
  readonly policy: 'internal' | 'public'
  readonly allow: readonly Rule[]
  readonly deny: readonly Rule[]
}

/** Where a cloud answers its machines about themselves, credentials included, outside the link-local ranges. */
const metadata = ['168.63.129.16', '100.100.100.200', '192.0.0.192', 'fd00:ec2::254', 'fd20:ce::254'].map((address) =>
  ipaddr.parse(address).toNormalizedString(),
)
const metadataNames = ['metadata.google.internal', 'metadata.goog', 'instance-data.ec2.internal']
/** Decisions that are remembered. */
const decidedAtMost = 10_000
/** Ranges (by the names of ipaddr.js) that are somewhere one may want to call. */
const internalRanges = new Set(['unicast', 'private', 'loopback', 'uniqueLocal', 'carrierGradeNat'])
const publicRanges = new Set(['unicast'])
const described: Readonly<Record<string, string>> = {
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
/** ipaddr.js counts these as ordinary: IPv4 in IPv6 of old, NAT64 of one's own, the site-local addresses of old. */
const oldRanges: readonly [ipaddr.IPv6, number, string][] = [
  [ipaddr.IPv6.parse('::'), 96, 'ipv4Compatible'],
  [ipaddr.IPv6.parse('64:ff9b:1::'), 48, 'rfc6052'],
  [ipaddr.IPv6.parse('fec0::'), 10, 'uniqueLocal'],
]

/** Where calls may go. What needs no look-up is decided from a URL; what a name stands for, by its address at each call. */
export class OutboundPolicy {
  /** What was decided of an address: nearly every call goes where others went before. */
  readonly #decided = new Map<string, string | undefined>()

  constructor(readonly settings: OutboundSettings) {}

  /**
   * Why a URL may not be called, as a clause such as `10.0.0.1 is a private address …`; undefined when nothing speaks
   * against it but perhaps the address of its name.
   */
  refusesUrl(url: URL): string | undefined {
    if (url.protocol !== 'http:' && url.protocol !== 'https:')
      return `only http and https are called, not ${url.protocol}`
    if (url.username || url.password) return 'credentials in the URL are not sent; give an Authorization header'
    const host = hostOf(url)
    return isIP(host) ? this.refusesAddress(host) : this.#refusesName(host)
  }

  /** Why an address may not be called, of a host that is not listed by its name. */
  refusesAddress(text: string, name = text): string | undefined {
    const key = `${text} ${name}`
    if (this.#decided.has(key)) return this.#decided.get(key)
    if (this.#decided.size >= decidedAtMost) this.#decided.clear()
    const refusal = this.#decide(text, name)
    this.#decided.set(key, refusal)
    return refusal
  }

  #decide(text: string, name: string): string | undefined {
    const address = ipaddr.parse(text)
    const { policy, allow, deny } = this.settings
    if (holdsAddress(deny, address)) return `${saying(name, text)} is in OUTBOUND_DENY`
    const range = rangeOf(address)
    if (!internalRanges.has(range))
      return holdsAddress(allow, address, true)
        ? undefined
        : `${saying(name, text)} is ${described[range] ?? 'a reserved address'}; only OUTBOUND_ALLOW with this very address lets calls go there`
    if (policy === 'internal' || publicRanges.has(range)) return undefined
    return holdsAddress(allow, address) || namesHost(allow, plainName(name))
      ? undefined
      : `${saying(name, text)} is ${described[range]}, and OUTBOUND_POLICY is public; OUTBOUND_ALLOW may list it`
  }

  #refusesName(host: string): string | undefined {
    const name = plainName(host)
    const { policy, allow, deny } = this.settings
    if (namesHost(deny, name)) return `${name} is in OUTBOUND_DENY`
    if (metadataNames.includes(name)) return `${name} is a metadata service`
    if (isLocalhost(name) && policy === 'public' && !namesHost(allow, name))
      return `${name} is this machine, and OUTBOUND_POLICY is public; OUTBOUND_ALLOW may list it`
    return undefined
  }
}

/** The host of a URL: a name, or an address without brackets. */
export function hostOf(url: URL): string {
  const { hostname } = url
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
}

function rangeOf(address: Address): string {
  if (metadata.includes(address.toNormalizedString())) return 'metadata'
  const range: string = address.range()
  if (address.kind() === 'ipv4' || range === 'loopback' || range === 'unspecified') return range
  return oldRanges.find(([network, bits]) => (address as ipaddr.IPv6).match(network, bits))?.[2] ?? range
}

const saying = (name: string, address: string) => (name === address ? address : `${name} (${address})`)
