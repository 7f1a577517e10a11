/** The most addresses of a channel. */
export const maxAddresses = 20
/** Longest address, in characters (RFC 5321). */
export const maxAddressLength = 254

const atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
const label = '[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?'

/**
 * Pattern of an e-mail address: the usual form of RFC 5321, without quoted parts, comments and IP addresses. Names of other
 * alphabets are written in their ASCII form.
 */
export const addressPattern = `^${atom}(\\.${atom})*@${label}(\\.${label})*$`
const pattern = new RegExp(addressPattern)

/** Returns why a text is no e-mail address that Duly sends to, as a clause; undefined if it is one. */
export function addressFault(text: string): string | undefined {
  if (text.length > maxAddressLength) return `must have at most ${maxAddressLength} characters; it has ${text.length}`
  if (/[\r\n]/.test(text)) return 'must be one line'
  if (text.lastIndexOf('@') > 64) return 'must have at most 64 characters before the @'
  return pattern.test(text) ? undefined : 'must be an e-mail address alone, such as ops@example.com, in ASCII'
}

/** Returns the domain of an address, in lower case. */
export const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1).toLowerCase()
