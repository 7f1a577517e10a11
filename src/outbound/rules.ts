import ipaddr from 'ipaddr.js'

/** A network, or a host name; a name with a dot in front stands for all names below it. */
export type Rule =
  | { readonly network: [ipaddr.IPv4 | ipaddr.IPv6, number]; readonly isSingle: boolean }
  | { readonly name: string }

const hostName = /^\.?(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?$/

/**
 * Reads a list of CIDRs, addresses and host names, with commas or spaces between.
 * @returns the rules, or the first part that is none
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
    return length >= 0 && length <= most ? { network: [parsed, length], isSingle: length === most } : undefined
  }
  const name = text.replace(/^\*\./, '.')
  // What looks like an address and is none is a slip, and no name.
  if (!hostName.test(name) || /^[\d.]+$/.test(name)) return undefined
  return { name: plainName(name) }
}

/** A host name as it is compared: lower case, without the root's dot. */
export const plainName = (name: string): string => name.toLowerCase().replace(/\.$/, '')

/** Whether a plain name is this machine's own, by RFC 6761. */
export const isLocalhost = (name: string): boolean => name === 'localhost' || name.endsWith('.localhost')

/** Whether one of the rules names this host. */
export function namesHost(rules: readonly Rule[], name: string): boolean {
  return rules.some(
    (rule) => 'name' in rule && (rule.name.startsWith('.') ? name.endsWith(rule.name) : name === rule.name),
  )
}

/** Whether one of the rules holds this address; with `onlySingle` only rules for one address count. */
export function holdsAddress(rules: readonly Rule[], address: ipaddr.IPv4 | ipaddr.IPv6, onlySingle = false): boolean {
  return rules.some((rule) => {
    if ('name' in rule || (onlySingle && !rule.isSingle)) return false
    const [network, bits] = rule.network
    return network.kind() === address.kind() && address.match(network as never, bits)
  })
}
