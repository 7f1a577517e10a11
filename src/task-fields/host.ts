const example = 'such as app.example.com or app.example.com:8080'
const maxLength = 260

/**
 * Pattern of a Host header: a name or an IPv4 address, or an IPv6 address in brackets, and a port if it is not the usual one.
 * The constraint `task_host_is_host` has a similar one.
 */
export const hostPattern =
  '^([A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?\\.?|\\[[0-9A-Fa-f:.]+\\])(:0*([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?$'
const host = new RegExp(hostPattern)

/** Whether a text can be sent as Host header: host and port, without scheme and path. */
export const isHost = (text: string): boolean => hostFault(text) === undefined

/** Returns the error of a text that is not a host, as a clause that follows `/host`; undefined for a host. */
export function hostFault(text: string): string | undefined {
  if (text.length > maxLength) return `must be a host of at most ${maxLength} characters`
  if (host.test(text) && URL.canParse(`http://${text}/`)) return undefined
  if (/^[a-z]+:\/\//i.test(text) || text.includes('/'))
    return `must be a host alone, without scheme and path, ${example}`
  if (/\P{ASCII}/u.test(text)) return 'must be ASCII: write an international name in Punycode (xn--…)'
  if (/^[^[]*:.*:/.test(text)) return 'must have an IPv6 address in brackets, such as [::1]:8080'
  return `must be a host, ${example}`
}
