import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { type Address, AddressError, type Parameters, type Tls, type TlsMode, tlsModes } from './address.ts'

/** Parameters that say what Duly does anyway, with the values that do. */
const settled: Readonly<Record<string, RegExp>> = {
  // It writes, so it looks for a server that takes writes, whatever is said.
  target_session_attrs: /^(any|read-write|primary)$/,
  client_encoding: /^(auto|utf-?8)$/i,
  gssencmode: /^(disable|prefer)$/,
  sslcompression: /^0$/,
  sslsni: /^1$/,
  keepalives: /^1$/,
  fallback_application_name: /^/,
}

const understood = [
  'host',
  'hostaddr',
  'port',
  'user',
  'password',
  'dbname',
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'sslpassword',
  'sslnegotiation',
  'channel_binding',
  'load_balance_hosts',
  'connect_timeout',
  'application_name',
  'options',
  'search_path',
]

export const parameterNames: ReadonlySet<string> = new Set([...understood, ...Object.keys(settled)])

const defaultTimeoutSeconds = 4

/**
 * The parameters behind host, user, password and database.
 * @throws AddressError for one that is not understood, or a value that is none of its own
 */
export function readParameters(given: Parameters): Omit<Address, 'hosts' | 'user' | 'password' | 'database'> {
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue
    if (!parameterNames.has(name))
      throw new AddressError(
        `has the parameter ${name}, which Duly does not understand: take it out. It understands ${understood.slice(6).join(', ')} and target_session_attrs.`,
      )
    if (settled[name]?.test(value) === false)
      throw new AddressError(`has ${name}=${quoted(value)}, which Duly cannot do: take it out.`)
  }
  const oneOf = <T extends string>(name: string, allowed: readonly T[], fallback: T): T => {
    const value = (given[name] ?? fallback) as T
    if (allowed.includes(value)) return value
    throw new AddressError(`has ${name}=${quoted(value)}, but it must be one of ${allowed.join(', ')}.`)
  }
  const timeout = given.connect_timeout ?? String(defaultTimeoutSeconds)
  if (!/^\d{1,4}$/.test(timeout))
    throw new AddressError(`has connect_timeout=${quoted(timeout)}, but it must be a whole number of seconds.`)
  const { options, search_path } = given
  return {
    tls: readTls(given, oneOf),
    balanced: oneOf('load_balance_hosts', ['disable', 'random'], 'disable') === 'random',
    connectTimeoutSeconds: Math.min(30, Number(timeout) || defaultTimeoutSeconds),
    name: given.application_name,
    settings: { ...(options === undefined ? {} : { options }), ...(search_path === undefined ? {} : { search_path }) },
  }
}

type OneOf = <T extends string>(name: string, allowed: readonly T[], fallback: T) => T

function readTls(given: Parameters, oneOf: OneOf): Tls {
  const direct = oneOf('sslnegotiation', ['postgres', 'direct'], 'postgres') === 'direct'
  const bound = oneOf('channel_binding', ['disable', 'prefer', 'require'], 'prefer') === 'require'
  const mode = oneOf('sslmode', tlsModes, unsaid(given, direct || bound))
  const weak = mode === 'disable' || mode === 'allow' || mode === 'prefer'
  if (direct && weak)
    throw new AddressError(`has sslnegotiation=direct, which needs sslmode=require or more, and sslmode is ${mode}.`)
  if (bound && weak)
    throw new AddressError(`has channel_binding=require, which needs sslmode=require or more, and sslmode is ${mode}.`)
  if (given.sslrootcert === 'system' && mode !== 'verify-full')
    throw new AddressError(`has sslrootcert=system, which needs sslmode=verify-full, and sslmode is ${mode}.`)
  const files = mode === 'disable' ? {} : given
  if ((files.sslcert === undefined) !== (files.sslkey === undefined))
    throw new AddressError('has one of sslcert and sslkey: give both or neither.')
  for (const name of ['sslrootcert', 'sslcert', 'sslkey'] as const) {
    const file = files[name]
    if (file !== undefined && file !== 'system' && !existsSync(file))
      throw new AddressError(`has ${name}=${quoted(file)}, and there is no such file.`)
  }
  const root = files.sslrootcert === 'system' ? undefined : (files.sslrootcert ?? rootCertificateAtHome(given))
  return {
    mode: stricter(mode, root !== undefined, bound),
    rootCertificate: mode === 'disable' ? undefined : root,
    certificate: files.sslcert,
    key: files.sslkey,
    passphrase: files.sslpassword,
    direct,
  }
}

/**
 * `require` verifies the authority when one is named, as libpq has it. The driver has no channel binding, which proves that
 * nobody sits in between; where it is required the certificate has to prove it, host name included.
 */
function stricter(mode: TlsMode, hasRoot: boolean, bound: boolean): TlsMode {
  if (bound) return 'verify-full'
  return mode === 'require' && hasRoot ? 'verify-ca' : mode
}

/** Without sslmode there is no TLS, unless something else asks for it. */
function unsaid({ sslrootcert, sslcert }: Parameters, needed: boolean): TlsMode {
  if (sslrootcert === 'system') return 'verify-full'
  if (needed) return 'require'
  return sslrootcert === undefined && sslcert === undefined ? 'disable' : 'prefer'
}

/** Where libpq looks for authorities that nobody names. */
function rootCertificateAtHome({ sslrootcert }: Parameters): string | undefined {
  const file = join(homedir(), '.postgresql/root.crt')
  return sslrootcert === undefined && existsSync(file) ? file : undefined
}

const quoted = (value: string) => JSON.stringify(value.slice(0, 200))
