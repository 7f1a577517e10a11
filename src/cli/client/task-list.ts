import type { Command } from 'commander'
import type { Task } from '../../tasks/model.ts'
import { listTasks } from '../api-client.ts'
import { addConnectionOptions, type ConnectionOptions, findConnection } from '../connection.ts'
import { addLabelOption, labelParameters } from '../label-option.ts'
import { addLimitOption, readLimit } from '../limit-option.ts'
import { firstOf, writeList } from '../list-output.ts'
import { printable } from '../printable.ts'
import type { Column } from '../table.ts'
import { nextRunOf, scheduleOf } from '../task-text.ts'

interface ListOptions extends ConnectionOptions {
  readonly status?: string
  readonly search?: string
  readonly flow?: string
  readonly calendar?: string
  readonly tlsProfile?: string
  readonly sort?: string
  readonly limit?: string
  readonly label?: readonly string[]
  readonly json?: boolean
}

/** The most tasks of one page of the API. */
const longestPage = 1_000

const columns: readonly Column<Task>[] = [
  { title: 'ID', cell: ({ id }) => printable(id), min: 36, max: 36, priority: 6 },
  { title: 'STATUS', cell: ({ status }) => printable(status), min: 8, max: 8, priority: 4 },
  { title: 'SCHEDULE', cell: scheduleOf, min: 14, max: 40, priority: 2 },
  { title: 'NEXT RUN', cell: nextRunOf, min: 20, max: 20, priority: 3 },
  { title: 'NAME', cell: ({ name }) => printable(name), min: 10, max: 60, priority: 5 },
  { title: 'CALLS', cell: ({ method, url }) => printable(`${method} ${url}`), min: 16, max: 2_000, priority: 1 },
]

/** Adds `duly task list`. */
export function addTaskList(task: Command): void {
  const list = task
    .command('list')
    .description('List the tasks, newest first.')
    .option('--status <status>', 'only tasks that are active, paused or disabled')
    .option('--search <text>', 'only tasks with this text in name or URL, in upper or lower case')
    .option('--flow <name>', 'only tasks that this flow limits, because they name it or have its target')
    .option('--calendar <name>', 'only tasks with this calendar')
    .option('--tls-profile <name>', 'only tasks with this TLS profile')
    .option('--sort <field>', 'sort by name, scheduled_at or created_at; - in front reverses the order')
  addLabelOption(list)
  addLimitOption(list).option('--json', 'print a JSON array, one task per line')
  addConnectionOptions(list)
    .addHelpText(
      'after',
      `
On a terminal the output is a table, without some columns if it is narrow. For scripts it is one task per line: id, status,
schedule, next run, name, and method with URL, separated by tabs.

  duly task list --status active --sort scheduled_at
  duly task list --search reports | cut -f 1 | xargs duly task pause`,
    )
    .action((options: ListOptions) => listCommand(options))
}

async function listCommand(options: ListOptions): Promise<void> {
  const limit = readLimit(options)
  const connection = findConnection(options)
  const query = new URLSearchParams(labelParameters(options))
  for (const name of ['status', 'search', 'flow', 'calendar', 'sort'] as const) {
    const value = options[name]
    if (value !== undefined) query.set(name, value)
  }
  if (options.tlsProfile !== undefined) query.set('tls_profile', options.tlsProfile)
  if (!options.json) query.set('payload', 'false')
  // Beyond the longest page, the response is a stream of all tasks, of which the first are read.
  if (limit !== undefined && limit <= longestPage) query.set('count', String(limit))
  const tasks = firstOf(listTasks(connection, query) as AsyncGenerator<Task>, limit)
  await writeList(tasks, { columns, json: options.json, empty: 'No tasks match; duly task create makes one.' })
}
