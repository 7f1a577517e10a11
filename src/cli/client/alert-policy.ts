import { Command, Option } from 'commander'
import { callApi } from '../api-client.ts'
import { CommandError, UsageError } from '../command-error.ts'
import { addConnectionOptions, type Connection, type ConnectionOptions, findConnection } from '../connection.ts'
import { writeList } from '../list-output.ts'
import { writeJson, writeLine } from '../output.ts'
import { printable } from '../printable.ts'
import { recordsOf } from '../record-pages.ts'
import type { Column } from '../table.ts'
import { isNotFound, readTaskName, taskArgument, taskIdOf } from '../task-id.ts'
import { addPolicyOptions, type Policy, type PolicyOptions, readPolicyOptions } from './alert-policy-options.ts'
import { channelNames } from './channel-id.ts'

/** What a policy is for. */
interface Scope {
  readonly task?: string
  readonly label?: string
}

type Output = ConnectionOptions & { readonly json?: boolean }
type ScopeOptions = Output & Scope

const span = (seconds: number | null) => (seconds === null ? 'never' : `${seconds} s`)

/** When an alert opens for failures, in few words. */
function failuresOf({ failures, window_failures, window_seconds }: Policy): string {
  const row = failures === null ? [] : [`${failures} in a row`]
  const window = window_failures === null ? [] : [`${window_failures} within ${span(window_seconds)}`]
  return [...row, ...window].join(', or ') || 'never'
}

const scopeName = ({ label, task_name, task_id }: Policy) =>
  label === null ? (task_id === null ? 'default' : `task ${task_name ?? task_id}`) : `label ${label}`

type Names = ReadonlyMap<string, string>

const channelsOf = ({ channels }: Policy, names: Names) =>
  channels === null ? 'all' : channels.map((id) => names.get(id) ?? id).join(', ') || 'none'

const columnsOf = (names: Names): readonly Column<Policy>[] => [
  { title: 'FOR', cell: (policy) => printable(scopeName(policy)), min: 10, max: 60, priority: 8 },
  { title: 'FAILURES', cell: failuresOf, min: 8, max: 40, priority: 7 },
  { title: 'LATE', cell: ({ late_seconds }) => span(late_seconds), min: 5, max: 10, priority: 6 },
  { title: 'LONG', cell: ({ long_seconds }) => span(long_seconds), min: 5, max: 10, priority: 4 },
  { title: 'MUTED UNTIL', cell: ({ muted_until }) => printable(muted_until ?? '-'), min: 20, max: 27, priority: 5 },
  { title: 'CHANNELS', cell: (policy) => printable(channelsOf(policy, names)), min: 8, max: 4_000, priority: 3 },
]

const addScope = (command: Command): Command =>
  command
    .addOption(new Option('--task <task>', `of this task: ${taskArgument}`).conflicts('label'))
    .option('--label <label>', 'of the tasks with this label, such as team=billing')

/** Creates `duly alert-policy`. */
export function alertPolicyCommand(): Command {
  const policy = new Command('alert-policy').description(
    'Say when alerts open, and which channels are told: for a task, for a label, or else for the whole service.',
  )
  const get = addScope(policy.command('get'))
    .description('Show a policy: without an option the default of the service.')
    .option('--json', 'print it as JSON')
  addConnectionOptions(get).action((options: ScopeOptions) => getPolicy(options))
  const set = addScope(policy.command('set')).description(
    'Create or change a policy: without --task or --label the default of the service. What is not given stays as it is.',
  )
  addPolicyOptions(set).option('--json', 'print the policy as JSON')
  addConnectionOptions(set)
    .addHelpText(
      'after',
      `
A task has the policy of its own, else that of its first label (by name) that has one, else the default of the service.

  duly alert-policy set --failures 3 --late 10m
  duly alert-policy set --label team=billing --channel billing-chat --remind 24h
  duly alert-policy set --task reports/nightly --mute 2h`,
    )
    .action((options: ScopeOptions & PolicyOptions) => setPolicy(options))
  const remove = addScope(policy.command('delete'))
    .description('Delete a policy. The next one that applies holds.')
    .option('--json', 'print {"deleted"}')
  addConnectionOptions(remove).action((options: ScopeOptions) => deletePolicy(options))
  const list = policy
    .command('list')
    .description('List the policies that were set, oldest first.')
    .option('--json', 'print a JSON array, one policy per line')
  addConnectionOptions(list).action((options: Output) => listPolicies(options))
  return policy
}

/** Returns the path of a policy in the API, and what it is for. */
async function addressOf(connection: Connection, { task, label }: Scope) {
  if (task !== undefined) {
    const id = await taskIdOf(connection, readTaskName(task))
    return { path: `/tasks/${id}/alert-policy`, whose: `the task ${printable(task)}` }
  }
  if (label === undefined) return { path: '/alert-policy', whose: 'the service' }
  if (!label.includes('=')) throw new UsageError('--label must be NAME=VALUE, such as team=billing.')
  return { path: `/labels/${encodeURIComponent(label)}/alert-policy`, whose: `the label ${printable(label)}` }
}

const noPolicy =
  (whose: string, next = '') =>
  (error: unknown) => {
    throw isNotFound(error) ? new CommandError(`There is no alert policy of ${whose}.${next}`) : error
  }

async function show(connection: Connection, policy: Policy, { json }: Output): Promise<void> {
  if (json) return writeJson(policy)
  const names = policy.channels?.length ? await channelNames(connection) : new Map<string, string>()
  const lines = [
    ['For', policy.created_at === null ? 'default (built in: none is set)' : scopeName(policy)],
    ['Failures', failuresOf(policy)],
    ['Late', span(policy.late_seconds)],
    ['Long', span(policy.long_seconds)],
    ['Reminder', policy.remind_hours === null ? 'never' : `each ${policy.remind_hours} h`],
    ['Recovery', policy.recovered ? 'told' : 'not told'],
    ['Channels', channelsOf(policy, names)],
    ['Muted until', policy.muted_until ?? '-'],
  ] as const
  await writeLine(lines.map(([name, value]) => `${name.padEnd(12)} ${printable(value)}`).join('\n'))
}

async function getPolicy(options: ScopeOptions): Promise<void> {
  const connection = findConnection(options)
  const { path, whose } = await addressOf(connection, options)
  const next =
    options.task === undefined
      ? ''
      : ' That of the first of its labels, by name, that has one holds, else the default: duly alert-policy list shows them.'
  await show(connection, await callApi<Policy>(connection, 'GET', path).catch(noPolicy(whose, next)), options)
}

async function setPolicy(options: ScopeOptions & PolicyOptions): Promise<void> {
  const connection = findConnection(options)
  const changes = await readPolicyOptions(connection, options)
  const { path } = await addressOf(connection, options)
  const stored = await callApi<Policy>(connection, 'GET', path).catch((error) => {
    if (isNotFound(error)) return undefined
    throw error
  })
  const { task_id: _, task_name: _name, label: _label, created_at: _c, updated_at: _u, ...fields } = stored ?? {}
  const body = JSON.stringify({ ...fields, ...changes })
  await show(connection, await callApi<Policy>(connection, 'PUT', path, { body }), options)
}

async function deletePolicy(options: ScopeOptions): Promise<void> {
  const connection = findConnection(options)
  const { path, whose } = await addressOf(connection, options)
  await callApi(connection, 'DELETE', path).catch(noPolicy(whose))
  await (options.json ? writeJson({ deleted: true }) : writeLine(`Deleted the alert policy of ${whose}.`))
}

async function listPolicies(options: Output): Promise<void> {
  const connection = findConnection(options)
  await writeList(recordsOf<Policy>(connection, '/alert-policies'), {
    columns: columnsOf(options.json ? new Map() : await channelNames(connection)),
    json: options.json,
    empty: 'No alert policy is set: a task has an alert after one failure, or when it is five minutes late.',
  })
}
