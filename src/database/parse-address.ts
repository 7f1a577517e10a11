import { userInfo } from 'node:os'
import { type Address, AddressError, type Host, type Parameters } from './address.ts'
import { parameterNames, readParameters } from './address-parameters.ts'

const shape =
  'does not parse: it must look like postgres://user:password@host:5432/database, and special characters in the password must be percent-encoded.'

const hostList = '[^@/?#\\s]*'
const strict = new RegExp(
  `^(?:(?<user>[^@/?#]*)@)?(?<hosts>${hostList})(?:/(?<database>[^@/?#]*))?(?:\\?(?<query>.*))?$`,
)
/** Accepts unencoded special characters in the password: everything before the last @ is user and password. */
const lenient = new RegExp(`^(?<user>.*)@(?<hosts>${hostList})(?:/(?<database>[^@/?#]*))?(?:\\?(?<query>[^@]*))?$`, 's')

/**
 * Parses a connection URL by the rules of libpq, including several hosts and Unix sockets. In addition it accepts
 * a `%` that does not begin an encoded byte, and `@ / ? #` in a password.
 * @param defaults parameters that apply where the URL does not give them
 * @throws AddressError for a URL that does not parse or has an unknown parameter
 */
export function parseAddress(text: string, defaults: Parameters = {}): Address {
  const given = parametersOf(text)
  const merged: Record<string, string | undefined> = { ...defaults }
  for (const [name, value] of Object.entries(given)) if (value !== '') merged[name] = value
  const { dbname, user = userInfo().username, password = '' } = merged
  if (!dbname) throw new AddressError(shape)
  if (/[\0]/.test(user + password + dbname)) throw new AddressError(shape)
  return { hosts: hostsOf(merged), user, password, database: dbname, ...readParameters(merged) }
}

/** Splits a URL into parameters by their names in libpq. The query takes precedence over the part before it. */
function parametersOf(text: string): Record<string, string> {
  const [, rest = ''] = /^postgres(?:ql)?:\/\/(.*)$/is.exec(text) ?? []
  const found = strict.exec(rest)?.groups
  const parts = [found, lenient.exec(rest)?.groups].find((groups) => groups && isPlausible(groups)) ?? found
  if (!parts || !areHosts(parts.hosts ?? '')) throw new AddressError(shape)
  const [, user = '', password = ''] = /^([^:]*):?(.*)$/s.exec(parts.user ?? '') ?? []
  const { names, ports } = splitHosts(parts.hosts ?? '')
  return {
    user: decode(user),
    password: decode(password),
    host: names,
    port: ports,
    dbname: decode(parts.database ?? ''),
    ...parseQuery(parts.query ?? ''),
  }
}

type Parts = Readonly<Record<string, string | undefined>>

/** Reports whether a way to split the URL is plausible; otherwise the next one is tried. */
function isPlausible({ hosts = '', query = '' }: Parts): boolean {
  const keys = query === '' ? [] : query.split('&').map((pair) => decode(pair.split('=')[0] ?? ''))
  return areHosts(hosts) && keys.every((key) => parameterNames.has(key) || !query.includes('@'))
}

const oneHost = /^(?:\[[0-9a-f:.]+(?:%25[\w.-]+|%[\w.-]+)?\]|[\p{L}\p{N}._-]+|%2f[^:[\]]*)?(?::\d{0,5})?$/iu
const areHosts = (hosts: string) => hosts.split(',').every((host) => oneHost.test(host))

function splitHosts(hosts: string): { names: string; ports: string } {
  const parts = hosts.split(',').map((host) => /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(host) ?? [])
  const names = parts.map(([, name = '']) => decode(name).replace(/^\[|\]$/g, ''))
  const ports = parts.map(([, , port = '']) => port)
  return { names: names.join(','), ports: ports.some((port) => port !== '') ? ports.join(',') : '' }
}

function parseQuery(query: string): Record<string, string> {
  const found: Record<string, string> = {}
  for (const pair of query.split('&').filter((part) => part !== '')) {
    const [key = '', ...value] = pair.split('=')
    const name = decode(key)
    // An invalid name is not repeated in the error: it may be part of a password.
    if (!/^[\w.-]{1,40}$/.test(name) || value.length === 0) throw new AddressError(shape)
    found[name] = decode(value.join('='))
  }
  // The notation of JDBC, which libpq accepts as well.
  const { ssl, ...others } = found
  if (ssl === 'true') return { sslmode: 'require', ...others }
  return found
}

function hostsOf({ host = '', hostaddr = '', port = '' }: Parameters): [Host, ...Host[]] {
  const names = host.split(',')
  const addresses = hostaddr === '' ? [] : hostaddr.split(',')
  const ports = port.split(',')
  const count = Math.max(names.length, addresses.length)
  if ((names.length > 1 || addresses.length > 1) && host && hostaddr && names.length !== addresses.length)
    throw new AddressError(`has ${names.length} hosts and ${addresses.length} hostaddr: there must be as many.`)
  if (ports.length > 1 && ports.length !== count)
    throw new AddressError(`has ${count} hosts and ${ports.length} ports: give one port, or as many as hosts.`)
  const hosts = Array.from({ length: count }, (_, at) => {
    const address = addresses[at] || undefined
    const name = names[at] || address || ''
    const text = (ports.length > 1 ? ports[at] : ports[0]) || '5432'
    if (name === '')
      throw new AddressError(
        'names no host: put it between @ and the port, or name the directory of a Unix socket with ?host=/var/run/postgresql.',
      )
    if (name.startsWith('@')) throw new AddressError('names an abstract Unix socket, which is not supported.')
    if (!/^\d{1,5}$/.test(text) || Number(text) < 1 || Number(text) > 65_535)
      throw new AddressError(`has the port ${JSON.stringify(text.slice(0, 20))}, but it must be 1 to 65535.`)
    return address === undefined ? { name, port: Number(text) } : { name, port: Number(text), address }
  })
  return hosts as [Host, ...Host[]]
}

/** Decodes percent-encoded UTF-8. Sequences that are not valid UTF-8 are left unchanged. */
function decode(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
    try {
      return decodeURIComponent(run)
    } catch {
      return run
    }
  })
}

/** Returns a URL for these parameters that libpq, lib/pq (Go) and `parseAddress` understand. */
export function formatAddress(parameters: Parameters): string {
  const pairs = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== '')
  return `postgres://?${pairs.map(([name, value = '']) => `${name}=${encodeURIComponent(value)}`).join('&')}`
}

/** Returns a URL for which `parseAddress` gives the same result as for `text` with these defaults. */
export function withDefaults(text: string, defaults: Parameters): string {
  const given = Object.entries(parametersOf(text)).filter(([, value]) => value !== '')
  return formatAddress({ ...defaults, ...Object.fromEntries(given) })
}
