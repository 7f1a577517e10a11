import { Command } from 'commander'
import { type ClientSettings, clientSettings } from '../../config/client-settings.ts'
import { isUuid } from '../../formats/uuid.ts'
import { callApi } from '../api-client.ts'
import { ApiErrorResponse } from '../api-error.ts'
import { CommandError, UsageError } from '../command-error.ts'
import { type ClientCredentials, readServiceId, readUrl } from '../connection.ts'
import { type Context, contextFile, readContexts, requireContextName, writeContexts } from '../contexts.ts'
import { writeJson, writeLine } from '../output.ts'
import { printable } from '../printable.ts'
import { readInputText } from '../read-input.ts'
import { ask, askSecret, hasTerminal } from '../terminal.ts'

interface LoginOptions {
  readonly context?: string
  readonly serviceUrl?: string
  readonly serviceId?: string
  readonly token?: string
  readonly withToken?: boolean
  readonly json?: boolean
}

/** Creates `duly login`. */
export function loginCommand(): Command {
  return new Command('login')
    .description('Check the credentials of a service, and keep them as a context that the other commands use.')
    .option('--context <name>', 'name of the context (default: host and port of the URL)')
    .option('--service-url <url>', 'URL of Duly (default: DULY_URL)')
    .option(
      '--service-id <id>',
      'id of the service (default: SERVICE_ID); not needed for a token that names its service',
    )
    .option('--token <token>', 'token of the service (default: SERVICE_TOKEN), which shows in the list of processes')
    .option('--with-token', 'read the token from stdin')
    .option('--json', 'print {"name", "url", "service_id"} for scripts')
    .addHelpText(
      'after',
      `
What is not given is asked for on a terminal. The context becomes the current one: see duly context. It is kept in
$XDG_CONFIG_HOME/duly/config.json or ~/.config/duly/config.json, which only you may read.

  duly login --service-url https://duly.example --context prod
  duly login --service-url https://duly.example --service-id ID --with-token < token.txt`,
    )
    .action((options: LoginOptions) => login(options))
}

async function login(options: LoginOptions): Promise<void> {
  if (options.context !== undefined) requireContextName(options.context)
  if (options.withToken && options.token !== undefined)
    throw new UsageError('--token and --with-token both give the token: give one of them.')
  const settings = clientSettings()
  const url = await findUrl(options, settings)
  const { id, token } = await findCredentials(options, settings)
  const name = options.context ?? defaultName(url)
  // Read before the check, so that a file that cannot be used is reported first.
  const { byName } = readContexts(settings.configFolder)
  requireSameService(options, name, byName.get(name), { url, serviceId: id, token })
  await check(url, { id, token })
  const contexts = new Map(byName).set(name, { url, serviceId: id, token })
  writeContexts(settings.configFolder, { current: name, byName: contexts })
  if (options.json) return writeJson({ name, url, service_id: id ?? null })
  await writeLine(
    `Logged in to ${printable(url)}. The context ${printable(name)} is now current, kept in ${printable(contextFile(settings.configFolder))}.`,
  )
}

async function findUrl({ serviceUrl }: LoginOptions, { dulyUrl }: ClientSettings): Promise<string> {
  if (serviceUrl !== undefined) return readUrl(serviceUrl)
  if (dulyUrl !== undefined) return dulyUrl
  requireTerminal('the URL of Duly (--service-url or DULY_URL)')
  return readUrl((await ask('URL of Duly: ')).trim())
}

async function findCredentials(options: LoginOptions, { service }: ClientSettings): Promise<ClientCredentials> {
  const id = options.serviceId === undefined ? undefined : readServiceId(options.serviceId)
  if (options.token !== undefined) return checked({ id, token: options.token })
  if (options.withToken) return checked({ id, token: (await readInputText('--with-token', '-')).trim() })
  if (service && (id === undefined || id === service.id)) return { id: service.id, token: service.token }
  requireTerminal('the token (--with-token, --token or SERVICE_TOKEN)')
  const given = id ?? (await askId())
  return checked({ id: given, token: (await askSecret('Token: ')).trim() })
}

async function askId(): Promise<string | undefined> {
  const text = (await ask('Service id (empty if the token names its service): ')).trim()
  if (text === '') return undefined
  if (!isUuid(text)) throw new UsageError('The service id must be a UUID, as duly service create prints it.')
  return text.toLowerCase()
}

function checked(credentials: ClientCredentials): ClientCredentials {
  if (credentials.token === '')
    throw new UsageError('The token is empty: give the one that was printed when it was made.')
  if (/[^\x21-\x7e]/.test(credentials.token) && credentials.id === undefined)
    throw new UsageError('The token has characters that no token has: give it as it was printed, on one line.')
  return credentials
}

function requireTerminal(what: string): void {
  if (!hasTerminal()) throw new UsageError(`There is no terminal to ask on: give ${what}.`)
}

const defaultName = (url: string) => {
  const { host, pathname } = new URL(url)
  return `${host}${pathname}`.replace(/\/+$/, '').replace(/[^\w.:-]/g, '-')
}

/** Refuses to replace the context of another service under a name that nobody has given. */
function requireSameService({ context }: LoginOptions, name: string, before: Context | undefined, now: Context): void {
  if (context !== undefined || before === undefined) return
  if (before.url === now.url && before.serviceId === now.serviceId) return
  throw new UsageError(
    `The context ${printable(name)} is for another service: give this one a name with --context, or the same to replace it.`,
  )
}

/** Checks that the service takes the credentials. A token that may not read tasks is one that it takes, too. */
async function check(base: string, credentials: ClientCredentials): Promise<void> {
  try {
    await callApi({ base, credentials, source: 'this login' }, 'GET', '/tasks?count=1')
  } catch (error) {
    if (error instanceof ApiErrorResponse && error.status === 403) return
    if (error instanceof CommandError) throw error
    throw new CommandError(`The token cannot be sent to ${base}: give it as it was printed, on one line.`)
  }
}
