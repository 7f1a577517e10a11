import { Command } from 'commander'
import { isUuid } from '../../formats/uuid.ts'
import { callApi } from '../api-client.ts'
import { CommandError, UsageError } from '../command-error.ts'
import { addConnectionOptions, type Connection, type ConnectionOptions, findConnection } from '../connection.ts'
import { readDuration } from '../duration.ts'
import { writeList } from '../list-output.ts'
import { writeJson, writeLine } from '../output.ts'
import { printable } from '../printable.ts'
import { recordsOf } from '../record-pages.ts'
import type { Column } from '../table.ts'
import { isNotFound } from '../task-id.ts'

interface CreateOptions extends ConnectionOptions {
  readonly scope?: readonly string[]
  readonly expiresIn?: string
  readonly expiresAt?: string
  readonly json?: boolean
}

type Output = ConnectionOptions & { readonly json?: boolean }

/** A token as the API returns it, without the token itself. */
interface Token {
  readonly id: string
  readonly name: string
  readonly scopes: readonly string[]
  readonly expires_at: string | null
  readonly last_used_on: string | null
}

const columns: readonly Column<Token>[] = [
  { title: 'ID', cell: ({ id }) => printable(id), min: 36, max: 36, priority: 3 },
  { title: 'NAME', cell: ({ name }) => printable(name), min: 8, max: 60, priority: 5 },
  { title: 'SCOPES', cell: ({ scopes }) => printable(scopes.join(',')), min: 14, max: 14, priority: 4 },
  { title: 'EXPIRES', cell: ({ expires_at }) => printable(expires_at ?? 'never'), min: 20, max: 27, priority: 2 },
  { title: 'LAST USED', cell: ({ last_used_on }) => printable(last_used_on ?? '-'), min: 10, max: 10, priority: 1 },
]

const collect = (value: string, before: readonly string[] = []) => [...before, ...value.split(',')]

/** Creates `duly token`. */
export function tokenCommand(): Command {
  const token = new Command('token').description('Create, list and delete further tokens of a service.')
  const create = token
    .command('create')
    .argument('<name>', 'a name that is unique in the service')
    .description('Create a token, and print it. It cannot be shown again.')
    .option('--scope <scope>', 'read, run or write; may be given several times (default: all)', collect)
    .option('--expires-in <duration>', 'such as 90d, 12h or 30m (default: never)')
    .option('--expires-at <time>', 'such as 2027-01-01T00:00:00Z')
    .option('--json', 'print the token as JSON')
  addConnectionOptions(create)
    .addHelpText(
      'after',
      `
read allows every GET, run to run a task now and to stop a run, write all other changes. A token creates tokens with its own scopes only, and none that outlives it.

  duly token create ci --scope read --scope run --expires-in 90d`,
    )
    .action((name: string, options: CreateOptions) => createToken(name, options))
  const list = token
    .command('list')
    .description('List the tokens: names, scopes, when they expire, when they were used.')
    .option('--json', 'print a JSON array, one token per line')
  addConnectionOptions(list).action((options: Output) => listTokens(options))
  const remove = token
    .command('delete')
    .argument('<token>', 'the id or the name of the token')
    .description('Delete a token, which is refused from then on.')
    .option('--json', 'print {"id", "deleted"}')
  addConnectionOptions(remove).action((text: string, options: Output) => deleteToken(text, options))
  return token
}

async function createToken(name: string, options: CreateOptions): Promise<void> {
  const body = { name, scopes: options.scope ?? ['read', 'write', 'run'], expires_at: readExpiry(options) }
  const created = await callApi<Token & { token: string }>(findConnection(options), 'POST', '/tokens', {
    body: JSON.stringify(body),
  })
  if (options.json) return writeJson(created)
  const until = created.expires_at === null ? '' : `, until ${created.expires_at}`
  await writeLine(
    `Created ${printable(`${created.name} with ${created.scopes.join(', ')}${until}`)}.\n  Token  ${printable(created.token)}\nThe token cannot be shown again.`,
  )
}

/** Returns the time at which the token expires, null for never. The API checks --expires-at. @throws UsageError */
function readExpiry({ expiresIn, expiresAt }: CreateOptions): string | null {
  if (expiresIn !== undefined && expiresAt !== undefined)
    throw new UsageError('--expires-in and --expires-at both say when the token expires: give one of them.')
  if (expiresIn === undefined) return expiresAt ?? null
  return new Date(Date.now() + readDuration('--expires-in', expiresIn)).toISOString()
}

const listTokens = (options: Output) =>
  writeList(recordsOf<Token>(findConnection(options), '/tokens'), {
    columns,
    json: options.json,
    empty: 'There is no token but the first one of the service; duly token create makes one.',
  })

async function deleteToken(text: string, options: Output): Promise<void> {
  const connection = findConnection(options)
  const id = isUuid(text) ? text.toLowerCase() : await idOf(connection, text)
  await callApi(connection, 'DELETE', `/tokens/${id}`).catch((error) => {
    throw isNotFound(error) ? noSuchToken(text) : error
  })
  await (options.json ? writeJson({ id, deleted: true }) : writeLine(`Deleted the token ${printable(text)}.`))
}

/** Returns the id of the token with this name. @throws CommandError when there is none */
async function idOf(connection: Connection, name: string): Promise<string> {
  for await (const token of recordsOf<Token>(connection, '/tokens')) if (token.name === name) return token.id
  throw noSuchToken(name)
}

const noSuchToken = (text: string) =>
  new CommandError(`There is no token ${printable(text)}: duly token list shows them.`)
