import { Command } from 'commander'
import type { AlertSilence } from '../../alerts/silence-model.ts'
import { isUuid } from '../../formats/uuid.ts'
import { callApi } from '../api-client.ts'
import { CommandError, UsageError } from '../command-error.ts'
import { addConnectionOptions, type ConnectionOptions, findConnection } from '../connection.ts'
import { addLimitOption, readLimit } from '../limit-option.ts'
import { writeList } from '../list-output.ts'
import { writeJson, writeLine } from '../output.ts'
import { printable } from '../printable.ts'
import { recordsOf } from '../record-pages.ts'
import type { Column } from '../table.ts'
import { isNotFound } from '../task-id.ts'
import { readMute } from './mute-time.ts'

type Output = ConnectionOptions & { readonly json?: boolean }

interface CreateOptions extends Output {
  readonly host?: string
  readonly label?: string
  readonly for?: string
  readonly until?: string
  readonly reason?: string
}

const defaultLimit = 20

const withoutFraction = (time: string) => time.replace(/\.\d+(?=Z$)/, '')
const dash = (text: string | null) => printable(text ?? '-')

const columns: readonly Column<AlertSilence>[] = [
  { title: 'ID', cell: ({ id }) => printable(id), min: 36, max: 36, priority: 5 },
  { title: 'HOST', cell: ({ host }) => dash(host), min: 8, max: 40, priority: 6 },
  { title: 'LABEL', cell: ({ label }) => dash(label), min: 6, max: 40, priority: 3 },
  { title: 'UNTIL', cell: ({ until }) => printable(withoutFraction(until)), min: 20, max: 20, priority: 4 },
  { title: 'BY', cell: ({ principal, actor }) => printable(principal ?? actor), min: 8, max: 30, priority: 1 },
  { title: 'REASON', cell: ({ reason }) => printable(reason), min: 10, max: 500, priority: 2 },
]

/** Creates `duly alert-silence`. */
export function alertSilenceCommand(): Command {
  const silence = new Command('alert-silence').description(
    'Until when nothing is sent about the alerts of a host or a label, open and new ones.',
  )
  const create = silence
    .command('create')
    .description('Silence the alerts of a host, of a label, or of a label at a host.')
    .option('--host <host>', 'host of the target: db.example.com for any port, or with one: db.example.com:8443')
    .option('--label <label>', 'a label of the tasks, such as team=billing; with --host both must match')
    .option('--for <duration>', 'for so long, such as 2h or 30m')
    .option('--until <time>', 'until an RFC 3339 time, such as 2026-11-30T08:00:00Z')
    .option('--reason <text>', 'why, for whoever looks at it')
    .option('--json', 'print the silence as JSON')
  addConnectionOptions(create)
    .addHelpText(
      'after',
      `
Alerts open and close as ever. Of what is still open at the end the channels are told then.

  duly alert-silence create --host db.example.com --for 2h --reason 'New disks'`,
    )
    .action((options: CreateOptions) => createSilence(options))
  const list = silence.command('list').description('List the silences that are not over, the next to end first.')
  addLimitOption(list, defaultLimit).option('--json', 'print a JSON array, one silence per line')
  addConnectionOptions(list).action(async (options: Output & { readonly limit?: string }) => {
    const records = recordsOf<AlertSilence>(
      findConnection(options),
      '/alert-silences',
      new URLSearchParams(),
      readLimit(options) ?? defaultLimit,
    )
    await writeList(records, { columns, json: options.json, empty: 'There are no silences.' })
  })
  const end = silence
    .command('delete')
    .argument('<silence>', 'the id of the silence')
    .description('End a silence. The channels are told of what is still open.')
    .option('--json', 'print {"id", "deleted"}')
  addConnectionOptions(end).action((id: string, options: Output) => deleteSilence(id, options))
  return silence
}

async function createSilence(options: CreateOptions): Promise<void> {
  const { host, label, reason } = options
  if (host === undefined && label === undefined)
    throw new UsageError('Say what is silenced: --host db.example.com, --label team=billing, or both.')
  if (reason === undefined) throw new UsageError("Say why: --reason 'New disks'.")
  const until = readMute({ duration: ['--for', options.for], time: options.until, end: ['--end', undefined] })
  if (until === undefined) throw new UsageError('Say how long: --for 2h, or --until TIME.')
  const body = JSON.stringify({ host, label, until, reason })
  const created = await callApi<AlertSilence>(findConnection(options), 'POST', '/alert-silences', { body })
  if (options.json) return writeJson(created)
  await writeLine(`Silence ${printable(created.id)} holds until ${printable(withoutFraction(created.until))}.`)
}

async function deleteSilence(id: string, options: Output): Promise<void> {
  if (!isUuid(id))
    throw new UsageError(`${printable(id)} is no id of a silence: it is a UUID, as duly alert-silence list shows it.`)
  await callApi(findConnection(options), 'DELETE', `/alert-silences/${id}`).catch((error) => {
    throw isNotFound(error)
      ? new CommandError(`There is no silence ${id}, or it is over: duly alert-silence list shows them.`)
      : error
  })
  if (options.json) return writeJson({ id, deleted: true })
  await writeLine(`Ended the silence ${id}.`)
}
