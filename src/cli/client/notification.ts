import { Command, Option } from 'commander'
import { addConnectionOptions, type ConnectionOptions, findConnection } from '../connection.ts'
import { addLimitOption, readLimit } from '../limit-option.ts'
import { writeList } from '../list-output.ts'
import { printable } from '../printable.ts'
import { recordsOf } from '../record-pages.ts'
import type { Column } from '../table.ts'
import { channelIdOf } from './channel-id.ts'

interface ListOptions extends ConnectionOptions {
  readonly channel?: string
  readonly state?: string
  readonly limit?: string
  readonly json?: boolean
}

/** A notification as the API lists it. */
interface Listed {
  readonly id: string
  readonly channel_name: string
  readonly type: string
  readonly kind: string
  readonly target: string
  readonly state: string
  readonly created_at: string
  readonly attempt: number
  readonly error: string | null
}

const defaultLimit = 20

const withoutFraction = (time: string) => time.replace(/\.\d+(?=Z$)/, '')

const columns: readonly Column<Listed>[] = [
  { title: 'ID', cell: ({ id }) => printable(id), min: 36, max: 36, priority: 1 },
  { title: 'CREATED', cell: ({ created_at }) => printable(withoutFraction(created_at)), min: 20, max: 20, priority: 6 },
  { title: 'CHANNEL', cell: ({ channel_name }) => printable(channel_name), min: 8, max: 40, priority: 7 },
  { title: 'STATE', cell: ({ state }) => printable(state), min: 8, max: 8, priority: 8 },
  { title: 'TYPE', cell: ({ type }) => printable(type), min: 8, max: 8, priority: 5 },
  { title: 'KIND', cell: ({ kind }) => printable(kind), min: 7, max: 7, priority: 5 },
  { title: 'TARGET', cell: ({ target }) => printable(target || '-'), min: 8, max: 60, priority: 4 },
  { title: 'TRY', cell: ({ attempt }) => String(attempt), min: 3, max: 5, priority: 2 },
  { title: 'ERROR', cell: ({ error }) => printable(error ?? ''), min: 10, max: 2_000, priority: 3 },
]

/** Creates `duly notification`. */
export function notificationCommand(): Command {
  const notification = new Command('notification').description('What the channels of the service were told of alerts.')
  const list = notification
    .command('list')
    .description('List the notifications of the service, newest first.')
    .option('--channel <channel>', 'only to this channel: its name or its id')
    .addOption(new Option('--state <state>', 'only in this state').choices(['waiting', 'sent', 'given_up']))
  addLimitOption(list, defaultLimit).option('--json', 'print a JSON array, one notification per line')
  addConnectionOptions(list)
    .addHelpText(
      'after',
      `
  duly notification list --state given_up
  duly notification list --channel ops --limit 5`,
    )
    .action((options: ListOptions) => listNotifications(options))
  return notification
}

async function listNotifications(options: ListOptions): Promise<void> {
  const limit = readLimit(options) ?? defaultLimit
  const connection = findConnection(options)
  const query = new URLSearchParams()
  if (options.channel !== undefined) query.set('channel_id', await channelIdOf(connection, options.channel))
  if (options.state !== undefined) query.set('state', options.state)
  await writeList(recordsOf<Listed>(connection, '/notifications', query, limit), {
    columns,
    json: options.json,
    empty: 'No notifications match.',
  })
}
