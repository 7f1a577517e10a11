import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { ConfigError } from '../config-error.ts'
import { isUuid } from '../formats/uuid.ts'
import { Environment, type Variables } from './environment.ts'

/** A service by its credentials. */
export interface ServiceSettings {
  readonly id: string
  readonly token: string
  readonly name: string
}

/** The settings that commands need to call a running Duly. */
export interface ClientSettings {
  readonly port: number
  readonly hosts: readonly string[]
  readonly dataDir: string
  /** Whether a service with these settings would start the embedded database, and so have credentials in `dataDir`. */
  readonly isEmbedded: boolean
  /** URL at which the command line finds a running service. */
  readonly dulyUrl: string | undefined
  /** The credentials of SERVICE_ID and SERVICE_TOKEN. Without an id, the token names its service by itself. */
  readonly service: (Partial<ServiceSettings> & { readonly token: string }) | undefined
  /** Name of the context to use unless DULY_URL or SERVICE_ID is set. */
  readonly context: string | undefined
  /** Folder of this user's configuration of `duly`. */
  readonly configFolder: string
}

/**
 * Reads the settings that commands need to call a running Duly. An empty variable counts as unset.
 * @throws ConfigError for the first variable that is not valid
 */
export function readClientSettings(variables: Variables): ClientSettings {
  const env = new Environment(variables)
  return {
    port: readPort(env),
    hosts: readHosts(env),
    dataDir: readDataDir(env),
    isEmbedded: env.text('DATABASE_URL') === undefined && env.text('DATABASE_URL_FILE') === undefined,
    dulyUrl: readDulyUrl(env),
    service: readClientService(env),
    context: env.text('DULY_CONTEXT'),
    configFolder: readConfigFolder(env),
  }
}

/** Reads PORT. @throws ConfigError */
export const readPort = (env: Environment): number => env.whole('PORT', 8080, 0, 65535)

/** Reads HOST as the addresses to listen on; `localhost` is both loopback addresses. */
export function readHosts(env: Environment): readonly string[] {
  const host = env.text('HOST') ?? 'localhost'
  return host === 'localhost' ? ['127.0.0.1', '::1'] : [host]
}

/** Reads DATA_DIR. */
export const readDataDir = (env: Environment): string => env.text('DATA_DIR') ?? '.data'

/** Reads DULY_URL. @throws ConfigError */
export function readDulyUrl(env: Environment): string | undefined {
  const text = env.text('DULY_URL')
  if (text === undefined) return undefined
  const url = serviceUrl(text)
  // The value may contain a password, so the error does not quote it.
  if (url === undefined)
    throw new ConfigError(
      'DULY_URL does not parse: it must look like http://localhost:8080 or https://duly.example, without a user, a query or a fragment.',
    )
  return url
}

/** Reads SERVICE_ID, SERVICE_TOKEN and SERVICE_NAME. @throws ConfigError */
export function readService(env: Environment): ServiceSettings | undefined {
  const id = env.text('SERVICE_ID')
  const token = env.text('SERVICE_TOKEN')
  if (id === undefined && token === undefined) return undefined
  if (id === undefined || token === undefined)
    throw new ConfigError(
      `${id ? 'SERVICE_TOKEN' : 'SERVICE_ID'} is not set, but SERVICE_ID and SERVICE_TOKEN come together: set both or neither.`,
    )
  // The value of SERVICE_ID is probably the token, so the error does not quote it.
  if (!isUuid(id) && isUuid(token))
    throw new ConfigError('SERVICE_ID is not a UUID and SERVICE_TOKEN is one: they are probably swapped.')
  if (!isUuid(id)) env.refuse('SERVICE_ID', 'a UUID such as 0198b0b4-2f1c-7c3a-9d55-6a3f5c1b2e10')
  if ([...token].length < 12 || /\p{Cc}/u.test(token))
    throw new ConfigError(
      `SERVICE_TOKEN is ${[...token].length} characters, but it must be 12 or more, without control characters.`,
    )
  const name = env.text('SERVICE_NAME') ?? 'default'
  if ([...name].length > 200) env.refuse('SERVICE_NAME', 'at most 200 characters')
  return { id: id.toLowerCase(), token, name }
}

/** Reads SERVICE_ID and SERVICE_TOKEN, or SERVICE_TOKEN alone. @throws ConfigError */
function readClientService(env: Environment): ClientSettings['service'] {
  const token = env.text('SERVICE_TOKEN')
  return token !== undefined && env.text('SERVICE_ID') === undefined ? { token } : readService(env)
}

/** Reads the folder for configuration of the XDG Base Directory Specification, which ignores a relative XDG_CONFIG_HOME. */
function readConfigFolder(env: Environment): string {
  const configured = env.text('XDG_CONFIG_HOME')
  return join(configured && isAbsolute(configured) ? configured : join(homedir(), '.config'), 'duly')
}

/**
 * Parses the URL of a Duly service.
 * @returns the URL without a slash at the end; undefined unless it is http or https, without user, query and fragment
 */
export function serviceUrl(text: string): string | undefined {
  const url = /^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : null
  if (!url || url.username || url.password || url.search || url.hash) return undefined
  return url.href.replace(/\/+$/, '')
}

/** Proxy settings that Bun's fetch obeys for every call, even to this machine. A proxy bypasses the outbound policy's checks. */
const proxyVariables = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'].flatMap((name) => [name, name.toLowerCase()])

/** Removes proxy variables from the environment of this process. */
export function removeProxies(): void {
  for (const name of proxyVariables) delete process.env[name]
}

/** Reads the settings of this process for calls of a running Duly. @throws ConfigError */
export function clientSettings(): ClientSettings {
  removeProxies()
  return readClientSettings(process.env)
}
