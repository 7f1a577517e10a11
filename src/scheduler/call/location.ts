/**
 * The address in a Location; null without one, and for an empty one or a bare fragment, which name the address just called.
 * An error for several Locations that differ: fetch joins them with a comma and a space, which no address contains.
 */
export function readLocation(headers: Headers): string | Error | null {
  const value = headers.get('location')
  if (value === null) return null
  const [location = '', ...others] = value.split(/, |,$/)
  if (others.some((other) => other !== location)) return new Error('redirect to more than one address')
  if (/^(#|$)/.test(location.trim())) return null
  // Each character here is one byte of the header. Percent-encoded it stands for the same byte anywhere in an address.
  return location.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`)
}
