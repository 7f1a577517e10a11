import { Command, Option } from 'commander'
import { callApi } from '../api-client.ts'
import { CommandError } from '../command-error.ts'
import { addConnectionOptions, type ConnectionOptions, findConnection } from '../connection.ts'
import { writeList } from '../list-output.ts'
import { writeJson, writeLine } from '../output.ts'
import { printable } from '../printable.ts'
import { recordsOf } from '../record-pages.ts'
import type { Column } from '../table.ts'
import { asNoSuchChannel, channelIdOf } from './channel-id.ts'
import { type AddressOptions, addAddressOptions, readAddress } from './channel-options.ts'

type Output = ConnectionOptions & { readonly json?: boolean }

interface CreateOptions extends Output, AddressOptions {
  readonly kind?: string
  readonly disabled?: boolean
}

interface UpdateOptions extends Output, AddressOptions {
  readonly name?: string
  readonly enable?: boolean
  readonly disable?: boolean
  readonly rotateSecret?: boolean
}

/** A channel as the API returns it. */
interface Channel {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly shown: string
  readonly enabled: boolean
  readonly disabled_reason: string | null
  readonly last_ok_at: string | null
  readonly last_failed_at: string | null
  readonly last_error: string | null
  /** Only of a webhook that is new, or has a new one. */
  readonly secret?: string
}

/** How a channel took a test message. */
interface TestResult {
  readonly ok: boolean
  readonly status_code: number | null
  readonly error: string | null
  readonly duration_ms: number
}

const withoutFraction = (time: string) => time.replace(/\.\d+(?=Z$)/, '')

/** What came of the last message, in one word, and when. */
function lastResult({ last_ok_at: ok, last_failed_at: failed }: Channel): string {
  if (ok === null && failed === null) return '-'
  const isOk = failed === null || (ok !== null && Date.parse(ok) >= Date.parse(failed))
  return `${isOk ? 'ok' : 'failed'} ${withoutFraction((isOk ? ok : failed) as string)}`
}

const columns: readonly Column<Channel>[] = [
  { title: 'ID', cell: ({ id }) => printable(id), min: 36, max: 36, priority: 2 },
  { title: 'NAME', cell: ({ name }) => printable(name), min: 8, max: 40, priority: 7 },
  { title: 'KIND', cell: ({ kind }) => printable(kind), min: 7, max: 7, priority: 6 },
  { title: 'TO', cell: ({ shown }) => printable(shown), min: 10, max: 60, priority: 3 },
  { title: 'STATE', cell: ({ enabled }) => (enabled ? 'enabled' : 'disabled'), min: 8, max: 8, priority: 5 },
  { title: 'LAST', cell: (channel) => printable(lastResult(channel)), min: 27, max: 27, priority: 4 },
  {
    title: 'ERROR',
    cell: ({ disabled_reason, last_error }) => printable(disabled_reason ?? last_error ?? ''),
    min: 10,
    max: 2_000,
    priority: 1,
  },
]

/** Creates `duly channel`. */
export function channelCommand(): Command {
  const channel = new Command('channel').description(
    'Create, change, test and delete the channels that are told of alerts.',
  )
  const list = channel
    .command('list')
    .description('List the channels: where they lead, and how they took the last message.')
    .option('--json', 'print a JSON array, one channel per line')
  addConnectionOptions(list).action((options: Output) => listChannels(options))
  const create = channel
    .command('create')
    .argument('<name>', 'a name that is unique in the service')
    .description('Create a channel. The secret of a webhook is printed, and cannot be shown again.')
    .addOption(
      new Option('--kind <kind>', 'webhook, slack (and what takes the same requests) or email').choices([
        'webhook',
        'slack',
        'email',
      ]),
    )
  addAddressOptions(create).option('--disabled', 'send nothing to it yet').option('--json', 'print the channel as JSON')
  addConnectionOptions(create)
    .addHelpText(
      'after',
      `
The URL of a Slack channel is a secret: an argument shows in the list of processes, a file or stdin does not.

  duly channel create on-call --kind webhook --url https://alerts.example.com/duly
  duly channel create chat --kind slack --url-file url.txt
  duly channel create mail --kind email --address ops@example.com --address night@example.com`,
    )
    .action((name: string, options: CreateOptions) => createChannel(name, options))
  const update = channel
    .command('update')
    .argument('<channel>', 'the name or the id of the channel')
    .description('Change a channel: only what is given changes.')
    .option('--name <name>', 'a new name')
  addAddressOptions(update)
    .addOption(new Option('--enable', 'send to it again, and clear why it was disabled').conflicts('disable'))
    .option('--disable', 'send nothing to it')
    .option('--rotate-secret', 'give a webhook a new secret, and print it; the old one signs for 24 hours more')
    .option('--json', 'print the channel as JSON')
  addConnectionOptions(update).action((name: string, options: UpdateOptions) => updateChannel(name, options))
  const remove = channel
    .command('delete')
    .argument('<channel>', 'the name or the id of the channel')
    .description('Delete a channel that no alert policy names, with its notifications.')
    .option('--json', 'print {"id", "deleted"}')
  addConnectionOptions(remove).action((name: string, options: Output) => deleteChannel(name, options))
  const test = channel
    .command('test')
    .argument('<channel>', 'the name or the id of the channel')
    .description('Send a test message, and wait for the answer, 10 seconds at most.')
    .option('--json', 'print what the API returns')
  addConnectionOptions(test)
    .addHelpText('after', '\nThe exit code is 1 when the channel did not take the message.')
    .action((name: string, options: Output) => testChannel(name, options))
  return channel
}

const listChannels = (options: Output) =>
  writeList(recordsOf<Channel>(findConnection(options), '/channels'), {
    columns,
    json: options.json,
    empty: 'There is no channel, so nobody is told of alerts; duly channel create makes one.',
  })

async function createChannel(name: string, options: CreateOptions): Promise<void> {
  const connection = findConnection(options)
  const { kind = options.address === undefined ? undefined : 'email', disabled } = options
  const body = { name, kind, ...(await readAddress(options)), enabled: disabled ? false : undefined }
  const created = await callApi<Channel>(connection, 'POST', '/channels', { body: JSON.stringify(body) })
  await writeWritten('Created', created, options)
}

async function updateChannel(name: string, options: UpdateOptions): Promise<void> {
  const connection = findConnection(options)
  const body = {
    name: options.name,
    ...(await readAddress(options)),
    enabled: options.enable ? true : options.disable ? false : undefined,
    rotate_secret: options.rotateSecret,
  }
  const id = await channelIdOf(connection, name)
  const changed = await callApi<Channel>(connection, 'POST', `/channels/${id}`, { body: JSON.stringify(body) }).catch(
    asNoSuchChannel(name),
  )
  await writeWritten('Changed', changed, options)
}

async function writeWritten(done: string, channel: Channel, { json }: Output): Promise<void> {
  if (json) return writeJson(channel)
  const { id, name, kind, shown, enabled, secret } = channel
  const state = enabled ? '' : '. It is disabled'
  const lines = [
    `${done} the ${printable(kind)} channel ${printable(name)} (${printable(id)}) to ${printable(shown)}${state}.`,
  ]
  if (secret !== undefined) lines.push(`  Secret  ${printable(secret)}`, 'The secret cannot be shown again.')
  await writeLine(lines.join('\n'))
}

async function deleteChannel(name: string, options: Output): Promise<void> {
  const connection = findConnection(options)
  const id = await channelIdOf(connection, name)
  await callApi(connection, 'DELETE', `/channels/${id}`).catch(asNoSuchChannel(name))
  await (options.json ? writeJson({ id, deleted: true }) : writeLine(`Deleted the channel ${printable(name)}.`))
}

async function testChannel(name: string, options: Output): Promise<void> {
  const connection = findConnection(options)
  const id = await channelIdOf(connection, name)
  const result = await callApi<TestResult>(connection, 'POST', `/channels/${id}/test`).catch(asNoSuchChannel(name))
  if (options.json) await writeJson(result)
  const { ok, error, duration_ms } = result
  if (!ok) {
    throw new CommandError(
      `The channel ${printable(name)} did not take the message: ${printable(error ?? 'no reason was given')}.`,
    )
  }
  const but = error === null ? '' : `; ${printable(error)}`
  if (!options.json) await writeLine(`The channel ${printable(name)} took the message in ${duration_ms} ms${but}.`)
}
