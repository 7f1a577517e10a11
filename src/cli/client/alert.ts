import { Command, Option } from 'commander'
import { alertKinds } from '../../formats/alert-kind.ts'
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
import { isNotFound, readTaskName, taskArgument, taskIdOf } from '../task-id.ts'
import { readMute } from './mute-time.ts'

type Output = ConnectionOptions & { readonly json?: boolean }

interface ListOptions extends Output {
  readonly state?: string
  readonly kind?: string
  readonly task?: string
  readonly limit?: string
}

interface MuteOptions extends Output {
  readonly for?: string
  readonly until?: string
  readonly end?: boolean
}

/** An alert as the API returns it. */
interface Alert {
  readonly id: string
  readonly kind: string
  readonly state: string
  readonly task_id: string | null
  readonly task_name: string | null
  readonly target: string
  readonly since: string
  readonly until: string | null
  readonly opened_at: string
  readonly closed_at: string | null
  readonly closed_because: string | null
  readonly failures: number | null
  readonly tasks: number | null
  readonly error: string | null
  readonly execution_id: string | null
  readonly muted_until: string | null
}

const defaultLimit = 20

const withoutFraction = (time: string) => time.replace(/\.\d+(?=Z$)/, '')

const columns: readonly Column<Alert>[] = [
  { title: 'ID', cell: ({ id }) => printable(id), min: 36, max: 36, priority: 3 },
  { title: 'STATE', cell: ({ state }) => printable(state), min: 6, max: 6, priority: 8 },
  { title: 'KIND', cell: ({ kind }) => printable(kind), min: 7, max: 7, priority: 7 },
  { title: 'SINCE', cell: ({ since }) => printable(withoutFraction(since)), min: 20, max: 20, priority: 5 },
  { title: 'TASK', cell: ({ task_name }) => printable(task_name ?? '-'), min: 8, max: 40, priority: 6 },
  { title: 'TARGET', cell: ({ target }) => printable(target || '-'), min: 8, max: 40, priority: 1 },
  { title: 'CLOSED', cell: ({ closed_because }) => printable(closed_because ?? '-'), min: 6, max: 9, priority: 2 },
  { title: 'ERROR', cell: ({ error }) => printable(error ?? ''), min: 10, max: 2_000, priority: 4 },
]

/** Creates `duly alert`. */
export function alertCommand(): Command {
  const alert = new Command('alert').description('What is wrong, or was: list, show and mute alerts.')
  const list = alert
    .command('list')
    .description('List alerts, newest first.')
    .addOption(new Option('--state <state>', 'only in this state').choices(['open', 'muted', 'closed']))
    .addOption(new Option('--kind <kind>', 'only of this kind').choices(alertKinds))
    .option('--task <task>', `only of this task: ${taskArgument}`)
  addLimitOption(list, defaultLimit).option('--json', 'print a JSON array, one alert per line')
  addConnectionOptions(list)
    .addHelpText('after', '\n  duly alert list --state open\n  duly alert list --task reports/nightly --limit 5')
    .action((options: ListOptions) => listAlerts(options))
  const get = alert
    .command('get')
    .argument('<alert>', 'the id of the alert')
    .description('Show an alert.')
    .option('--json', 'print it as JSON')
  addConnectionOptions(get).action((id: string, options: Output) => getAlert(id, options))
  const mute = alert
    .command('mute')
    .argument('<alert>', 'the id of the alert')
    .description('Mute an open alert for a time. If it is open after that, the channels are told then.')
    .option('--for <duration>', 'for so long, such as 2h or 30m')
    .option('--until <time>', 'until an RFC 3339 time, such as 2026-11-30T08:00:00Z')
    .option('--end', 'end the mute')
    .option('--json', 'print the alert as JSON')
  addConnectionOptions(mute)
    .addHelpText('after', '\nduly alert-policy set mutes all alerts of a task, of a label or of the service.')
    .action((id: string, options: MuteOptions) => muteAlert(id, options))
  return alert
}

async function listAlerts(options: ListOptions): Promise<void> {
  const limit = readLimit(options) ?? defaultLimit
  const task = options.task === undefined ? undefined : readTaskName(options.task)
  const connection = findConnection(options)
  const query = new URLSearchParams()
  if (options.state !== undefined) query.set('state', options.state)
  if (options.kind !== undefined) query.set('kind', options.kind)
  if (task !== undefined) query.set('task_id', await taskIdOf(connection, task))
  await writeList(recordsOf<Alert>(connection, '/alerts', query, limit), {
    columns,
    json: options.json,
    empty: 'No alerts match.',
  })
}

/** Sends a request about an alert. @throws CommandError when there is none with this id */
async function ask(id: string, options: Output, method: 'GET' | 'POST', end = '', body?: object): Promise<Alert> {
  if (!isUuid(id))
    throw new UsageError(`${printable(id)} is no id of an alert: it is a UUID, as duly alert list shows it.`)
  const sending = body === undefined ? {} : { body: JSON.stringify(body) }
  return callApi<Alert>(findConnection(options), method, `/alerts/${id}${end}`, sending).catch((error) => {
    throw isNotFound(error) ? new CommandError(`There is no alert ${id}: duly alert list shows them.`) : error
  })
}

async function getAlert(id: string, options: Output): Promise<void> {
  const alert = await ask(id, options, 'GET')
  if (options.json) return writeJson(alert)
  const lines = Object.entries(alert).filter(([, value]) => value !== null && value !== '')
  await writeLine(lines.map(([name, value]) => `${name.padEnd(14)}  ${printable(String(value))}`).join('\n'))
}

async function muteAlert(id: string, options: MuteOptions): Promise<void> {
  const { for: duration, until: time, end } = options
  const until = readMute({ duration: ['--for', duration], time, end: ['--end', end] })
  if (until === undefined) throw new UsageError('Say how long: --for 2h, --until TIME, or --end to end the mute.')
  const alert = await ask(id, options, 'POST', '/mute', { until })
  if (options.json) return writeJson(alert)
  await writeLine(
    alert.muted_until === null
      ? `The alert ${id} is not muted.`
      : `The alert ${id} is muted until ${printable(withoutFraction(alert.muted_until))}.`,
  )
}
