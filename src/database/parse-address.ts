import { userInfo } from 'node:os'
import { type Address, AddressError, type Host, type Parameters } from './address.ts'
import { parameterNames, readParameters } from './address-parameters.ts'

const shape =
  'does not parse: it must look like postgres://user:password@host:5432/database, and special characters in the password must be percent-encoded.'

const hostList = '[^@/?#\\s]*'
const strict = new RegExp(
  `^(?:(?<user>[^@/?#]*)@)?(?<hosts>${hostList})(?:/(?<database>[^@/?#]*))?(?:\\?(?<query>.*))?$`,
)
/** A password may hold what ends it in other URLs: what comes before the last @ is then user and password. */
const lenient = new RegExp(`^(?<user>.*)@(?<hosts>${hostList})(?:/(?<database>[^@/?#]*))?(?:\\?(?<query>[^@]*))?$`, 's')

/**
 * Reads a connection URL as libpq does, several hosts and Unix sockets included. Unlike libpq it takes a `%` that encodes
 * nothing, and `@ / ? #` in a password, for what they are.
 * @param defaults for what the URL leaves out
 * @throws AddressError for whatever is not understood, parameters included
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

/** The parts of a URL by libpq's names for them; what the query says comes before the same in front of it. */
function parametersOf(text: string): Record<string, string> {
  const [, rest = ''] = /^postgres(?:ql)?:\/\/(.*)$/is.exec(text) ?? []
  const found = strict.exec(rest)?.groups
  const parts = [found, lenient.exec(rest)?.groups].find((groups) => groups && isSound(groups)) ?? found
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

/** False when this cannot be what was meant, so that another reading is tried. */
function isSound({ hosts = '', query = '' }: Parts): boolean {
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
    // What is no name may be a part of the password.
    if (!/^[\w.-]{1,40}$/.test(name) || value.length === 0) throw new AddressError(shape)
    found[name] = decode(value.join('='))
  }
  // As JDBC writes it, which libpq takes as well.
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

/** Percent-encoded UTF-8 decoded; what is none stays as it is. */
function decode(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
    try {
      return decodeURIComponent(run)
    } catch {
      return run
    }
  })
}

/** The URL by which libpq, lib/pq and `parseAddress` alike find what these parameters name. */
export function formatAddress(parameters: Parameters): string {
  const pairs = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== '')
  return `postgres://?${pairs.map(([name, value = '']) => `${name}=${encodeURIComponent(value)}`).join('&')}`
}

/** A URL with these defaults filled in, which `parseAddress` reads as it would read the URL with them. */
export function withDefaults(text: string, defaults: Parameters): string {
  const given = Object.entries(parametersOf(text)).filter(([, value]) => value !== '')
  return formatAddress({ ...defaults, ...Object.fromEntries(given) })
}
