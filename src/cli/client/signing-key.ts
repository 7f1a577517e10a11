import { Command } from 'commander'
import { callApi } from '../api-client.ts'
import { CommandError, UsageError } from '../command-error.ts'
import { addConnectionOptions, type ConnectionOptions, findConnection } from '../connection.ts'
import { readDuration } from '../duration.ts'
import { writeList } from '../list-output.ts'
import { writeJson, writeLine } from '../output.ts'
import { printable } from '../printable.ts'
import { recordsOf } from '../record-pages.ts'
import type { Column } from '../table.ts'
import { isNotFound } from '../task-id.ts'

type Output = ConnectionOptions & { readonly json?: boolean }

interface CreateOptions extends Output {
  readonly target?: string
  readonly expireOthersIn?: string
  readonly expireOthersNow?: boolean
}

/** A signing key as the API returns it, without its secret. */
interface SigningKey {
  readonly id: string
  readonly target: string | null
  readonly created_at: string
  readonly expires_at: string | null
}

const columns: readonly Column<SigningKey>[] = [
  { title: 'ID', cell: ({ id }) => printable(id), min: 36, max: 36, priority: 4 },
  { title: 'TARGET', cell: ({ target }) => printable(target ?? 'all'), min: 8, max: 60, priority: 3 },
  { title: 'CREATED', cell: ({ created_at }) => printable(created_at), min: 20, max: 27, priority: 1 },
  { title: 'EXPIRES', cell: ({ expires_at }) => printable(expires_at ?? 'never'), min: 20, max: 27, priority: 2 },
]

/** Creates `duly signing-key`. */
export function signingKeyCommand(): Command {
  const key = new Command('signing-key').description(
    'Create, list and expire the keys that sign the requests of tasks, by Standard Webhooks.',
  )
  const create = key
    .command('create')
    .description('Create a signing key, and print its secret. It cannot be shown again.')
    .option('--target <host>', 'sign for this target only, such as api.example.com:8443 (default: all targets)')
    .option(
      '--expire-others-in <duration>',
      'how long the keys before it go on signing, such as 7d or 30m (default: 1d)',
    )
    .option('--expire-others-now', 'expire the keys before it at once, as after a leak')
    .option('--json', 'print the key as JSON')
  addConnectionOptions(create)
    .addHelpText(
      'after',
      `
From then on requests carry a signature of each key that has not expired, so a rotation needs no pause: create a key, give its
secret to the receivers, and let the keys before it expire.

  duly signing-key create
  duly signing-key create --target api.example.com --expire-others-in 7d`,
    )
    .action((options: CreateOptions) => createKey(options))
  const list = key
    .command('list')
    .description('List the signing keys, newest first, and those that expired within 30 days.')
    .option('--json', 'print a JSON array, one key per line')
  addConnectionOptions(list).action((options: Output) => listKeys(options))
  const expire = key
    .command('expire')
    .argument('<key>', 'the id of the key')
    .description('Expire a signing key now. Without another one, requests are sent unsigned.')
    .option('--json', 'print {"id", "expired"}')
  addConnectionOptions(expire).action((id: string, options: Output) => expireKey(id, options))
  return key
}

async function createKey(options: CreateOptions): Promise<void> {
  const { target, expireOthersIn, expireOthersNow } = options
  if (expireOthersIn !== undefined && expireOthersNow)
    throw new UsageError('--expire-others-in and --expire-others-now say different things: give one of them.')
  const seconds = expireOthersNow ? 0 : expireOthersIn && readDuration('--expire-others-in', expireOthersIn) / 1000
  const created = await callApi<SigningKey & { secret: string }>(findConnection(options), 'POST', '/signing-keys', {
    body: JSON.stringify({ target, expires_others_in_seconds: seconds }),
  })
  if (options.json) return writeJson(created)
  await writeLine(
    `Created the signing key ${printable(created.id)} for ${printable(created.target ?? 'all targets')}.\n  Secret  ${printable(created.secret)}\nThe secret cannot be shown again.`,
  )
}

const listKeys = (options: Output) =>
  writeList(recordsOf<SigningKey>(findConnection(options), '/signing-keys'), {
    columns,
    json: options.json,
    empty: 'There is no signing key, so requests are sent unsigned; duly signing-key create makes one.',
  })

async function expireKey(id: string, options: Output): Promise<void> {
  await callApi(findConnection(options), 'DELETE', `/signing-keys/${encodeURIComponent(id)}`).catch((error) => {
    throw isNotFound(error)
      ? new CommandError(`There is no signing key ${printable(id)}: duly signing-key list shows them.`)
      : error
  })
  await (options.json ? writeJson({ id, expired: true }) : writeLine(`Expired the signing key ${printable(id)}.`))
}
