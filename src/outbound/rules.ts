import ipaddr from 'ipaddr.js'

/** A network or a host name. A name that begins with a dot matches all its subdomains. */
export type Rule =
  | { readonly network: [ipaddr.IPv4 | ipaddr.IPv6, number]; readonly isSingleAddress: boolean }
  | { readonly name: string }

const hostName = /^\.?(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?$/

/**
 * Parses a list of CIDR blocks, addresses and host names, separated by commas or spaces.
 * @returns the rules, or the first entry that is not valid
 */
export function parseRules(text: string): { rules: Rule[] } | { wrong: string } {
  const rules: Rule[] = []
  for (const part of text.split(/[\s,]+/).filter(Boolean)) {
    const rule = parseRule(part.toLowerCase())
    if (!rule) return { wrong: part }
    rules.push(rule)
  }
  return { rules }
}

function parseRule(text: string): Rule | undefined {
  const [address = '', bits] = text.split('/')
  if (ipaddr.IPv4.isValidFourPartDecimal(address) || ipaddr.IPv6.isValid(address)) {
    const parsed = ipaddr.parse(address)
    const most = parsed.kind() === 'ipv4' ? 32 : 128
    const length = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : -1
    return length >= 0 && length <= most ? { network: [parsed, length], isSingleAddress: length === most } : undefined
  }
  const name = text.replace(/^\*\./, '.')
  // Digits and dots only are a mistyped address, not a name.
  if (!hostName.test(name) || /^[\d.]+$/.test(name)) return undefined
  return { name: normalizeName(name) }
}

/** Returns a host name in the form in which names are compared: lower case, without a trailing dot. */
export const normalizeName = (name: string): string => name.toLowerCase().replace(/\.$/, '')

/** Reports whether a normalized name stands for the loopback interface (RFC 6761 section 6.3). */
export const isLocalhost = (name: string): boolean => name === 'localhost' || name.endsWith('.localhost')

/** Reports whether one of the rules matches this normalized host name. */
export function matchesName(rules: readonly Rule[], name: string): boolean {
  return rules.some(
    (rule) => 'name' in rule && (rule.name.startsWith('.') ? name.endsWith(rule.name) : name === rule.name),
  )
}

/** Reports whether one of the rules matches this address; with `onlySingle`, rules for a larger network are ignored. */
export function matchesAddress(
  rules: readonly Rule[],
  address: ipaddr.IPv4 | ipaddr.IPv6,
  onlySingle = false,
): boolean {
  return rules.some((rule) => {
    if ('name' in rule || (onlySingle && !rule.isSingleAddress)) return false
    const [network, bits] = rule.network
    return network.kind() === address.kind() && address.match(network as never, bits)
  })
}
