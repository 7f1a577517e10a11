import { Command } from 'commander'
import { callApi } from '../api-client.ts'
import { CommandError } from '../command-error.ts'
import { addConnectionOptions, type Connection, type ConnectionOptions, findConnection } from '../connection.ts'
import { writeList } from '../list-output.ts'
import { writeJson, writeLine } from '../output.ts'
import { printable, printableJson } from '../printable.ts'
import { allOf, recordsOf } from '../record-pages.ts'
import type { Column } from '../table.ts'
import { isNotFound } from '../task-id.ts'
import { taskCount } from '../task-text.ts'
import { confirm } from '../terminal.ts'

type Output = ConnectionOptions & { readonly json?: boolean }

/** A task set as the API returns it. */
interface TaskSet {
  readonly name: string
  readonly revision: number
  readonly actor: string | null
  readonly source: string | null
  readonly created_at: string
  readonly applied_at: string
  /** How many tasks it has; of one set also how many were changed by hand, and how many were deleted by hand. */
  readonly members: number
  readonly drifted?: number
  readonly missing?: number
}

/** A task of a set as the API returns it. */
export interface SetMember {
  readonly key: string
  readonly task_id: string
  readonly name: string | null
  readonly applied_at: string
  /** The fields that were changed by hand since the last apply. */
  readonly drift: Readonly<Record<string, { readonly applied: unknown; readonly stored: unknown }>>
  /** Whether the task was deleted by hand. */
  readonly missing: boolean
}

const setColumns: readonly Column<TaskSet>[] = [
  { title: 'NAME', cell: ({ name }) => printable(name), min: 8, max: 63, priority: 6 },
  { title: 'REVISION', cell: ({ revision }) => String(revision), min: 8, max: 8, priority: 2 },
  { title: 'TASKS', cell: ({ members }) => String(members), min: 5, max: 6, priority: 4 },
  { title: 'APPLIED', cell: ({ applied_at }) => printable(applied_at), min: 20, max: 27, priority: 3 },
  { title: 'SOURCE', cell: ({ source }) => printable(source ?? '-'), min: 10, max: 60, priority: 1 },
]

const driftOf = ({ missing, drift }: SetMember) => (missing ? 'deleted' : Object.keys(drift).join(', ') || '-')

const memberColumns: readonly Column<SetMember>[] = [
  { title: 'KEY', cell: ({ key }) => printable(key), min: 16, max: 200, priority: 4 },
  { title: 'ID', cell: ({ task_id }) => printable(task_id), min: 36, max: 36, priority: 2 },
  { title: 'CHANGED BY HAND', cell: (member) => printable(driftOf(member)), min: 15, max: 60, priority: 3 },
  { title: 'APPLIED', cell: ({ applied_at }) => printable(applied_at), min: 20, max: 27, priority: 1 },
]

/** Creates `duly task-set`. */
export function taskSetCommand(): Command {
  const set = new Command('task-set').description(
    'Show the sets of tasks that duly apply keeps in files, and what was changed by hand since.',
  )
  const list = set
    .command('list')
    .description('List the task sets.')
    .option('--json', 'print a JSON array, one set per line')
  addConnectionOptions(list).action((options: Output) => listSets(options))
  const get = set
    .command('get')
    .argument('<name>', 'the name of the set')
    .description('Show a task set, and each field of its tasks that was changed by hand.')
    .option('--json', 'print it as JSON, with the tasks that were changed as drift')
  addConnectionOptions(get).action((name: string, options: Output) => getSet(name, options))
  const members = set
    .command('members')
    .argument('<name>', 'the name of the set')
    .description('List the tasks of a set by key.')
    .option('--drifted', 'only those that were changed or deleted by hand')
    .option('--json', 'print a JSON array, one task per line')
  addConnectionOptions(members).action((name: string, options: Output & { drifted?: boolean }) =>
    listMembers(name, options),
  )
  const remove = set
    .command('delete')
    .argument('<name>', 'the name of the set')
    .description('Forget a task set. Its tasks stay, and belong to no set.')
    .option('--yes', 'do not ask for confirmation; required without a terminal')
    .option('--json', 'print {"name", "deleted"}')
  addConnectionOptions(remove).action((name: string, options: Output & { yes?: boolean }) => deleteSet(name, options))
  return set
}

const pathOf = (name: string) => `/task-sets/${encodeURIComponent(name)}`

/** Returns what a call of the API gives, with a sentence of its own when there is no such set. */
function orNoSuchSet<T>(name: string, call: Promise<T>): Promise<T> {
  return call.catch((error) => {
    throw isNotFound(error)
      ? new CommandError(`There is no task set ${printable(name)}: duly task-set list shows them.`)
      : error
  })
}

/** Returns the members of a set, page by page. @param drifted whether only those that were changed or deleted by hand */
export async function* membersOf(connection: Connection, name: string, drifted: boolean): AsyncGenerator<SetMember> {
  const query = new URLSearchParams(drifted ? { drifted: 'true' } : {})
  try {
    yield* recordsOf<SetMember>(connection, `${pathOf(name)}/members`, query)
  } catch (error) {
    await orNoSuchSet(name, Promise.reject(error))
  }
}

const listSets = (options: Output) =>
  writeList(recordsOf<TaskSet>(findConnection(options), '/task-sets'), {
    columns: setColumns,
    json: options.json,
    empty: 'There is no task set; duly apply makes one.',
  })

async function getSet(name: string, options: Output): Promise<void> {
  const connection = findConnection(options)
  const set = await orNoSuchSet(name, callApi<TaskSet>(connection, 'GET', pathOf(name)))
  const changed = await allOf(membersOf(connection, name, true))
  if (options.json) return writeJson({ ...set, drift: changed })
  const facts = [
    ['Name', set.name],
    ['Revision', String(set.revision)],
    ['Tasks', String(set.members)],
    ['Applied', `${set.applied_at}${set.actor === null ? '' : ` by ${set.actor}`}`],
    ['Source', set.source ?? '-'],
    ['Drift', changed.length === 0 ? 'none' : `${taskCount(changed.length)} changed or deleted by hand`],
  ] as const
  const lines = facts.map(([title, value]) => `${title.padEnd(10)} ${printable(value)}`)
  await writeLine([...lines, ...changed.flatMap(driftLines)].join('\n'))
}

function driftLines({ key, missing, drift }: SetMember): string[] {
  if (missing) return [`  ${printable(key)}: deleted by hand`]
  return [
    `  ${printable(key)}`,
    ...Object.entries(drift).map(
      ([field, { applied, stored }]) =>
        `    ${printable(field)}  applied ${printableJson(applied ?? null)}, now ${printableJson(stored ?? null)}`,
    ),
  ]
}

const listMembers = (name: string, options: Output & { drifted?: boolean }) =>
  writeList(membersOf(findConnection(options), name, options.drifted ?? false), {
    columns: memberColumns,
    json: options.json,
    empty: options.drifted ? 'Nothing was changed by hand.' : 'The task set has no tasks.',
  })

async function deleteSet(name: string, options: Output & { yes?: boolean }): Promise<void> {
  const connection = findConnection(options)
  if (!options.yes) await confirm(`Forget the task set ${printable(name)}? Its tasks stay.`, 'Nothing was deleted.')
  await orNoSuchSet(name, callApi(connection, 'DELETE', pathOf(name)))
  await (options.json
    ? writeJson({ name, deleted: true })
    : writeLine(`Forgot the task set ${printable(name)}. Its tasks stay.`))
}
