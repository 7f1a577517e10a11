import type { Command } from 'commander'
import type { Execution } from '../../executions/model.ts'
import type { FoundExecution } from '../../executions/search/model.ts'
import { addConnectionOptions, type ConnectionOptions, findConnection } from '../connection.ts'
import { labelParameters } from '../label-option.ts'
import { addLimitOption, readLimit } from '../limit-option.ts'
import { writeList } from '../list-output.ts'
import { printable } from '../printable.ts'
import { recordsOf } from '../record-pages.ts'
import type { Column } from '../table.ts'
import { isNotFound, noSuchTask, readTaskName, taskIdOf } from '../task-id.ts'
import { addFilterOptions, type FilterOptions, filtersOf } from './executions-filter.ts'

interface ListOptions extends ConnectionOptions, FilterOptions {
  readonly limit?: string
  readonly json?: boolean
}

/** An execution of one task, or one that was found among those of all tasks. */
type Listed = Omit<Execution, 'response'> & Partial<Pick<FoundExecution, 'task_name' | 'task_key'>>

const defaultLimit = 20

const withoutFraction = (time: string) => time.replace(/\.\d+(?=Z$)/, '')

const idColumn: Column<Listed> = { title: 'ID', cell: ({ id }) => printable(id), min: 36, max: 36, priority: 6 }
const columns: readonly Column<Listed>[] = [
  { title: 'STATUS', cell: ({ status }) => printable(status), min: 7, max: 7, priority: 8 },
  { title: 'CODE', cell: ({ status_code }) => String(status_code ?? '-'), min: 4, max: 4, priority: 4 },
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
const taskName: Column<Listed> = {
  title: 'TASK',
  cell: ({ task_key, task_name }) => printable(task_key ?? task_name ?? ''),
  min: 10,
  max: 40,
  priority: 7,
}
/** Scripts get the id of the task, which the other commands take. */
const taskId: Column<Listed> = {
  title: 'TASK',
  cell: ({ task_id }) => printable(task_id),
  min: 36,
  max: 36,
  priority: 7,
}

/** Adds `duly executions list`. */
export function addExecutionsList(executions: Command): void {
  const list = executions
    .command('list')
    .argument('[task]', 'the id or the key of a task (default: all tasks)')
    .description('List the executions of a task or of all tasks, newest first.')
  addFilterOptions(list)
  addLimitOption(list, defaultLimit).option('--json', 'print a JSON array, one execution per line')
  addConnectionOptions(list)
    .addHelpText(
      'after',
      `
On a terminal the output is a table, without some columns if it is narrow. For scripts it is one execution per line: id of the
task, id, status, status code, slot, attempt, duration in ms, and error, separated by tabs. What a target answered is shown by
duly executions get.

  duly executions list --status failed --since 24h
  duly executions list TASK --limit 5
  duly executions list --status failed --limit 1 | cut -f 1,2 | xargs duly executions get`,
    )
    .action((task: string | undefined, options: ListOptions) => listCommand(task, options))
}

async function listCommand(task: string | undefined, options: ListOptions): Promise<void> {
  const name = task === undefined ? undefined : readTaskName(task)
  const limit = readLimit(options) ?? defaultLimit
  const query = new URLSearchParams([...filtersOf(options), ...labelParameters(options)])
  const connection = findConnection(options)
  const id = name === undefined ? undefined : await taskIdOf(connection, name)
  // Of one task, its own list is the fast one; it knows no filter but one status.
  const isOwnList =
    id !== undefined && [...query.keys()].every((key) => key === 'status') && (options.status?.length ?? 0) < 2
  if (isOwnList) query.set('response', 'false')
  else if (id !== undefined) query.set('task_id', id)
  const path = isOwnList ? `/tasks/${id}/executions` : '/executions'
  const [first, others] = process.stdout.isTTY
    ? [idColumn, id === undefined ? [taskName, ...columns] : columns]
    : [taskId, [idColumn, ...columns]]
  await writeList(recordsOf<Listed>(connection, path, query, limit), {
    columns: [first, ...others],
    json: options.json,
    empty: 'No executions match.',
  }).catch((error) => {
    throw id !== undefined && isNotFound(error) ? noSuchTask([id], connection) : error
  })
}
