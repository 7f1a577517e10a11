import type { Command } from 'commander'
import { type ClientSettings, clientSettings, serviceUrl } from '../config/client-settings.ts'
import { isUuid } from '../formats/uuid.ts'
import { hostName } from '../serve/start-banner.ts'
import { readFirstCredentials } from '../services/credentials-file.ts'
import { UsageError } from './command-error.ts'
import { type Context, contextFile, findContext, readContexts } from './contexts.ts'
import { printable } from './printable.ts'

/** Credentials of the command line. Without an id, the token names its service by itself. */
export interface ClientCredentials {
  readonly id?: string | undefined
  readonly token: string
}

/** Where a service runs, and the credentials for it. */
export interface Connection {
  /** Its URL, without a slash at the end. */
  readonly base: string
  readonly credentials: ClientCredentials
  /** Where the credentials come from, for error messages. */
  readonly source: string
}

/** The options of `addConnectionOptions`, as commander parses them. */
export interface ConnectionOptions {
  readonly context?: string
  readonly serviceUrl?: string
  readonly serviceId?: string
  readonly token?: string
}

/** Adds the options that say which service a command calls. */
export function addConnectionOptions(command: Command): Command {
  return command
    .option(
      '--context <name>',
      'service to call, as duly context list shows it (default: DULY_CONTEXT, or the current)',
    )
    .option('--service-url <url>', 'URL of Duly (default: DULY_URL, the context, or else this machine at PORT)')
    .option(
      '--service-id <id>',
      'id of the service, which a token needs no longer: it names its service (default: SERVICE_ID)',
    )
    .option(
      '--token <token>',
      'token (default: SERVICE_TOKEN, which is not in the list of processes, the context, or DATA_DIR)',
    )
}

/**
 * Returns the service to call and the credentials for it. Options come first, among them --context; then the environment;
 * then the context of DULY_CONTEXT or the current one; last this machine with the credentials in DATA_DIR. The credentials of
 * a context are sent to its URL only, and those in DATA_DIR to this machine only.
 * @throws UsageError when there is no URL or there are no credentials
 * @throws ConfigError, CredentialsFileError, CommandError
 */
export function findConnection(options: ConnectionOptions): Connection {
  const settings = clientSettings()
  const named = namedContext(options, settings)
  const base = findBase(options, settings, named)
  return { base, ...findCredentials(options, settings, named, base) }
}

/** A context, and whether an option named it. */
interface NamedContext extends Context {
  readonly name: string
  readonly isOption: boolean
}

function namedContext({ context }: ConnectionOptions, settings: ClientSettings): NamedContext | undefined {
  const folder = settings.configFolder
  if (context !== undefined) return { name: context, isOption: true, ...findContext(readContexts(folder), context) }
  // The environment says all: a broken file of contexts does not matter then.
  if (settings.dulyUrl !== undefined && settings.service !== undefined) return undefined
  const contexts = readContexts(folder)
  const name = settings.context ?? contexts.current
  return name === undefined ? undefined : { name, isOption: false, ...findContext(contexts, name) }
}

function findBase(options: ConnectionOptions, settings: ClientSettings, context: NamedContext | undefined): string {
  if (options.serviceUrl !== undefined) return readUrl(options.serviceUrl)
  if (context?.isOption) return context.url
  // SERVICE_ID and SERVICE_TOKEN are not sent to the service of a context that happens to be current.
  if (settings.dulyUrl !== undefined) return settings.dulyUrl
  return context && settings.service === undefined ? context.url : ownAddress(settings)
}

function ownAddress({ hosts, port }: ClientSettings): string {
  if (port === 0)
    throw new UsageError(
      'PORT is 0, so the port of the service is unknown: give its URL with --service-url or DULY_URL.',
    )
  return `http://${hostName(hosts)}:${port}`
}

/** Parses the value of --service-url. @throws UsageError */
export function readUrl(text: string): string {
  const url = serviceUrl(text)
  if (url !== undefined) return url
  // The value may contain a password, so the error does not repeat it.
  throw new UsageError(
    '--service-url does not parse: it must look like http://localhost:8080 or https://duly.example, without a user, a query or a fragment.',
  )
}

function findCredentials(
  options: ConnectionOptions,
  settings: ClientSettings,
  context: NamedContext | undefined,
  base: string,
): Omit<Connection, 'base'> {
  const given = credentialsOfOptions(options)
  if (given) return { credentials: given, source: given.id === undefined ? '--token' : '--service-id and --token' }
  const stored = context?.url === base ? context : undefined
  if (stored?.isOption) return credentialsOf(stored)
  if (settings.service) {
    const { id, token } = settings.service
    return { credentials: { id, token }, source: id === undefined ? 'SERVICE_TOKEN' : 'SERVICE_ID and SERVICE_TOKEN' }
  }
  if (stored) return credentialsOf(stored)
  const isLocal = settings.isEmbedded && isOwnMachine(base, settings)
  const first = isLocal ? readFirstCredentials(settings.dataDir) : undefined
  if (first) return { credentials: first, source: `${settings.dataDir}/credentials.json` }
  throw new UsageError(noCredentials(settings, context, base, isLocal))
}

const credentialsOf = ({ name, serviceId: id, token }: NamedContext) => ({
  credentials: { id, token },
  source: `the context ${printable(name)}`,
})

function noCredentials(settings: ClientSettings, context: NamedContext | undefined, base: string, isLocal: boolean) {
  const why = context
    ? `those of the context ${printable(context.name)} are for ${printable(context.url)} only`
    : isLocal
      ? `DATA_DIR, which is ${settings.dataDir}, has none, and neither has ${printable(contextFile(settings.configFolder))}`
      : 'those in DATA_DIR are for an embedded service on this machine only'
  return `There are no credentials for ${base}: set SERVICE_TOKEN, or give --token, each with the id of the service or alone, or run duly login (${why}).`
}

/**
 * Returns the credentials of --token, with --service-id or alone; undefined when neither is given.
 * @throws UsageError
 */
export function credentialsOfOptions({ serviceId, token }: ConnectionOptions): ClientCredentials | undefined {
  if (token !== undefined) return { id: serviceId === undefined ? undefined : readServiceId(serviceId), token }
  if (serviceId === undefined) return undefined
  throw new UsageError('--service-id needs --token: give both, or neither and set SERVICE_ID and SERVICE_TOKEN.')
}

/** Parses the value of --service-id. @throws UsageError */
export function readServiceId(text: string): string {
  if (isUuid(text)) return text.toLowerCase()
  throw new UsageError('--service-id must be a UUID such as 0198b0b4-2f1c-7c3a-9d55-6a3f5c1b2e10.')
}

/** Whether a URL leads to this machine. The credentials in DATA_DIR are sent to no other. */
function isOwnMachine(base: string, { hosts }: ClientSettings): boolean {
  const { hostname } = new URL(base)
  const bare = hostname.replace(/^\[|\]$/g, '')
  return bare === 'localhost' || bare === '::1' || /^127(\.\d+){3}$/.test(bare) || hosts.includes(bare)
}
