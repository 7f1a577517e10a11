import { type Command, Option } from 'commander'
import type { Execution } from '../../executions/model.ts'
import { addConnectionOptions, type ConnectionOptions, findConnection } from '../connection.ts'
import { hasEnded } from '../execution-text.ts'
import { addLimitOption, readLimit } from '../limit-option.ts'
import { writeList } from '../list-output.ts'
import { printable } from '../printable.ts'
import { recordsOf } from '../record-pages.ts'
import type { Column } from '../table.ts'
import { isNotFound, noSuchTask, readTaskName, taskArgument, taskIdOf } from '../task-id.ts'

interface ListOptions extends ConnectionOptions {
  readonly status?: string
  readonly limit?: string
  readonly json?: boolean
}

const statuses = ['queued', 'started', 'success', 'failed', 'skipped']
const defaultLimit = 20

const withoutFraction = (time: string) => time.replace(/\.\d+(?=Z$)/, '')
const codeOf = (execution: Execution) =>
  hasEnded(execution) && execution.status_code !== null ? String(execution.status_code) : '-'

const columns: readonly Column<Execution>[] = [
  { title: 'ID', cell: ({ id }) => printable(id), min: 36, max: 36, priority: 6 },
  { title: 'STATUS', cell: ({ status }) => printable(status), min: 7, max: 7, priority: 7 },
  { title: 'CODE', cell: codeOf, min: 4, max: 4, priority: 4 },
  {
    title: 'SLOT',
    cell: ({ scheduled_for }) => printable(withoutFraction(scheduled_for)),
    min: 20,
    max: 20,
    priority: 5,
  },
  { title: 'TRY', cell: ({ attempt }) => String(attempt), min: 3, max: 3, priority: 2 },
  { title: 'MS', cell: ({ duration_ms }) => String(duration_ms ?? '-'), min: 6, max: 6, priority: 1 },
  { title: 'ERROR', cell: ({ error }) => printable(error ?? ''), min: 10, max: 2_000, priority: 3 },
]

/** Adds `duly executions list`. */
export function addExecutionsList(executions: Command): void {
  const list = executions
    .command('list')
    .argument('<task>', taskArgument)
    .description('List executions, newest first.')
    .addOption(new Option('--status <status>', 'only executions of this status').choices(statuses))
  addLimitOption(list, defaultLimit).option('--json', 'print a JSON array, one execution per line')
  addConnectionOptions(list)
    .addHelpText(
      'after',
      `
On a terminal the output is a table, without some columns if it is narrow. For scripts it is one execution per line: id,
status, status code, slot, attempt, duration in ms, and error, separated by tabs.

  duly executions list ID --status failed --limit 5`,
    )
    .action((task: string, options: ListOptions) => listCommand(task, options))
}

async function listCommand(task: string, options: ListOptions): Promise<void> {
  const name = readTaskName(task)
  const limit = readLimit(options) ?? defaultLimit
  const connection = findConnection(options)
  const id = await taskIdOf(connection, name)
  const query = new URLSearchParams(options.status === undefined ? {} : { status: options.status })
  const records = recordsOf<Execution>(connection, `/tasks/${id}/executions`, query, limit)
  await writeList(records, { columns, json: options.json, empty: 'No executions match.' }).catch((error) => {
    throw isNotFound(error) ? noSuchTask([id], connection) : error
  })
}
