import type { Command } from 'commander'
import { type Config, processConfig, serviceUrl } from '../config/config.ts'
import { isUuid } from '../formats/uuid.ts'
import type { Credentials } from '../http/auth-schemes.ts'
import { hostName } from '../serve/start-banner.ts'
import { readFirstCredentials } from '../services/first-service.ts'
import { UsageError } from './command-error.ts'

/** Where a service runs, and the credentials for it. */
export interface Connection {
  /** Its URL, without a slash at the end. */
  readonly base: string
  readonly credentials: Credentials
  /** Where the credentials come from, for error messages. */
  readonly source: string
}

/** The options of `addConnectionOptions`, as commander parses them. */
export interface ConnectionOptions {
  readonly serviceUrl?: string
  readonly serviceId?: string
  readonly token?: string
}

/** Adds the options that say which service a command calls. */
export function addConnectionOptions(command: Command): Command {
  return command
    .option('--service-url <url>', 'URL of Duly (default: DULY_URL, or else this machine at PORT)')
    .option('--service-id <id>', 'id of the service (default: SERVICE_ID, or else the first service in DATA_DIR)')
    .option('--token <token>', 'token of the service; SERVICE_TOKEN does not show in the list of processes')
}

/**
 * Returns the service to call and the credentials for it. Options override the environment. The credentials in DATA_DIR are
 * used last, and only for a service on this machine.
 * @throws UsageError when there is no URL or there are no credentials
 * @throws ConfigError, CredentialsFileError
 */
export function findConnection(options: ConnectionOptions): Connection {
  const config = processConfig()
  const base = options.serviceUrl === undefined ? (config.dulyUrl ?? ownAddress(config)) : readUrl(options.serviceUrl)
  return { base, ...findCredentials(options, config, base) }
}

function ownAddress({ hosts, port }: Config): string {
  if (port === 0)
    throw new UsageError(
      'PORT is 0, so the port of the service is unknown: give its URL with --service-url or DULY_URL.',
    )
  return `http://${hostName(hosts)}:${port}`
}

function readUrl(text: string): string {
  const url = serviceUrl(text)
  if (url !== undefined) return url
  // The value may contain a password, so the error does not repeat it.
  throw new UsageError(
    '--service-url does not parse: it must look like http://localhost:8080 or https://duly.example, without a user, a query or a fragment.',
  )
}

function findCredentials({ serviceId, token }: ConnectionOptions, config: Config, base: string) {
  if (serviceId !== undefined || token !== undefined) {
    if (serviceId === undefined || token === undefined)
      throw new UsageError(
        '--service-id and --token come together: give both, or neither and set SERVICE_ID and SERVICE_TOKEN.',
      )
    if (!isUuid(serviceId))
      throw new UsageError('--service-id must be a UUID such as 0198b0b4-2f1c-7c3a-9d55-6a3f5c1b2e10.')
    return { credentials: { id: serviceId.toLowerCase(), token }, source: '--service-id and --token' }
  }
  if (config.service) return { credentials: config.service, source: 'SERVICE_ID and SERVICE_TOKEN' }
  const isLocal = config.databaseUrl === undefined && isOwnMachine(base, config)
  const stored = isLocal ? readFirstCredentials(config.dataDir) : undefined
  if (stored) return { credentials: stored, source: `${config.dataDir}/credentials.json` }
  throw new UsageError(
    `There are no credentials for ${base}: set SERVICE_ID and SERVICE_TOKEN, or give --service-id and --token (${
      isLocal
        ? `DATA_DIR, which is ${config.dataDir}, has none`
        : 'those in DATA_DIR are for an embedded service on this machine only'
    }).`,
  )
}

/** Whether a URL leads to this machine. The credentials in DATA_DIR are sent to no other. */
function isOwnMachine(base: string, { hosts }: Config): boolean {
  const { hostname } = new URL(base)
  const bare = hostname.replace(/^\[|\]$/g, '')
  return bare === 'localhost' || bare === '::1' || /^127(\.\d+){3}$/.test(bare) || hosts.includes(bare)
}
