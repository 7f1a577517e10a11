import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { type Address, AddressError, type Parameters, type Tls, type TlsMode, tlsModes } from './address.ts'

/** Parameters that Duly accepts but ignores, with the values that match what it does anyway. Other values are rejected. */
const noEffect: Readonly<Record<string, RegExp>> = {
  // Duly writes, so it always looks for a server that accepts writes.
  target_session_attrs: /^(any|read-write|primary)$/,
  client_encoding: /^(auto|utf-?8)$/i,
  gssencmode: /^(disable|prefer)$/,
  sslcompression: /^0$/,
  sslsni: /^1$/,
  keepalives: /^1$/,
  fallback_application_name: /^/,
}

const supported = [
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

/** The names of all parameters that a connection URL may have. */
export const parameterNames: ReadonlySet<string> = new Set([...supported, ...Object.keys(noEffect)])

const defaultTimeoutSeconds = 4
const maxTimeoutSeconds = 30

/**
 * Reads the parameters of a connection other than host, user, password and database.
 * @throws AddressError for an unknown parameter or an invalid value
 */
export function readParameters(given: Parameters): Omit<Address, 'hosts' | 'user' | 'password' | 'database'> {
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue
    if (!parameterNames.has(name))
      throw new AddressError(
        `has the parameter ${name}, which Duly does not understand: remove it. It understands ${supported.slice(6).join(', ')} and target_session_attrs.`,
      )
    if (noEffect[name]?.test(value) === false)
      throw new AddressError(`has ${name}=${quoted(value)}, which Duly does not support: remove it.`)
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
    connectTimeoutSeconds: Math.min(maxTimeoutSeconds, Number(timeout) || defaultTimeoutSeconds),
    name: given.application_name,
    settings: { ...(options === undefined ? {} : { options }), ...(search_path === undefined ? {} : { search_path }) },
  }
}

/** Returns the value of a parameter, or the fallback if it is missing. @throws AddressError for any other value */
type OneOf = <T extends string>(name: string, allowed: readonly T[], fallback: T) => T

function readTls(given: Parameters, oneOf: OneOf): Tls {
  const direct = oneOf('sslnegotiation', ['postgres', 'direct'], 'postgres') === 'direct'
  const bound = oneOf('channel_binding', ['disable', 'prefer', 'require'], 'prefer') === 'require'
  const mode = oneOf('sslmode', tlsModes, defaultMode(given, direct || bound))
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
  const root = files.sslrootcert === 'system' ? undefined : (files.sslrootcert ?? defaultRootCertificate(given))
  return {
    mode: effectiveMode(mode, root !== undefined, bound),
    rootCertificate: mode === 'disable' ? undefined : root,
    certificate: files.sslcert,
    key: files.sslkey,
    passphrase: files.sslpassword,
    direct,
  }
}

/**
 * Returns the mode that is actually used. As in libpq, `require` with a root certificate means `verify-ca`. The driver has
 * no channel binding; where it is required, a verified certificate with the right host name replaces it as protection
 * against a man in the middle.
 */
function effectiveMode(mode: TlsMode, hasRoot: boolean, bound: boolean): TlsMode {
  if (bound) return 'verify-full'
  return mode === 'require' && hasRoot ? 'verify-ca' : mode
}

/** Returns the mode for a URL without sslmode: `disable`, unless another parameter asks for TLS. */
function defaultMode({ sslrootcert, sslcert }: Parameters, needed: boolean): TlsMode {
  if (sslrootcert === 'system') return 'verify-full'
  if (needed) return 'require'
  return sslrootcert === undefined && sslcert === undefined ? 'disable' : 'prefer'
}

/** Returns libpq's default for sslrootcert, ~/.postgresql/root.crt, if that file exists. */
function defaultRootCertificate({ sslrootcert }: Parameters): string | undefined {
  const file = join(homedir(), '.postgresql/root.crt')
  return sslrootcert === undefined && existsSync(file) ? file : undefined
}

const quoted = (value: string) => JSON.stringify(value.slice(0, 200))
