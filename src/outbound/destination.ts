import { isIP } from 'node:net'

/** Where a URL leads. */
export interface Destination {
  /** Scheme, host and port, without a port that is the default of the scheme. */
  readonly origin: string
  /** Host and port as the Host header has them. */
  readonly host: string
  /** A name, or an address without brackets. */
  readonly hostname: string
  readonly isAddress: boolean
  readonly isHttps: boolean
  readonly port: number
}

export function toDestination(url: URL): Destination {
  const { origin, host, protocol, port } = url
  const hostname = hostOf(url)
  const isHttps = protocol === 'https:'
  return {
    origin,
    host,
    hostname,
    isAddress: isIP(hostname) > 0,
    isHttps,
    port: port === '' ? (isHttps ? 443 : 80) : Number(port),
  }
}

/** Returns the host of a URL: a name, or an address without brackets. */
export function hostOf(url: URL): string {
  const { hostname } = url
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
}

/**
 * The beginning of a URL whose origin can be told without parsing the rest: it ends with the first character that ends the
 * host in any URL, and has none that is decoded, removed or read otherwise by the URL Standard.
 */
const plainOrigin = /^https?:\/\/(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?(?=[/?#]|$)/

/** The text of the origin of a usual URL; undefined for one that has to be parsed. */
export const originTextOf = (url: string): string | undefined => plainOrigin.exec(url)?.[0]
