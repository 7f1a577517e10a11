import type { Command } from 'commander'
import type { Task } from '../../tasks/model.ts'
import { listTasks } from '../api-client.ts'
import { addConnectionOptions, type ConnectionOptions, findConnection } from '../connection.ts'
import { write, writeLine } from '../output.ts'
import { printable, printableJson } from '../printable.ts'
import { type Column, tableOf } from '../table.ts'
import { nextRunOf, scheduleOf } from '../task-text.ts'

interface ListOptions extends ConnectionOptions {
  readonly status?: string
  readonly search?: string
  readonly sort?: string
  readonly json?: boolean
}

const columns: readonly Column<Task>[] = [
  { title: 'ID', cell: ({ id }) => printable(id), min: 36, max: 36, worth: 6 },
  { title: 'STATUS', cell: ({ status }) => printable(status), min: 8, max: 8, worth: 4 },
  { title: 'SCHEDULE', cell: scheduleOf, min: 14, max: 40, worth: 2 },
  { title: 'NEXT RUN', cell: nextRunOf, min: 20, max: 20, worth: 3 },
  { title: 'NAME', cell: ({ name }) => printable(name), min: 10, max: 60, worth: 5 },
  { title: 'CALLS', cell: ({ method, url }) => printable(`${method} ${url}`), min: 16, max: 2_000, worth: 1 },
]

/** Lines are written together: one write for each would cost more than the rest. */
const batchCharacters = 32_768

/** Adds `duly task list`. */
export function addTaskList(task: Command): void {
  const list = task
    .command('list')
    .description('List the tasks, newest first.')
    .option('--status <status>', 'only those that are active, paused or disabled')
    .option('--search <text>', 'only those with this text in name or URL, in any case')
    .option('--sort <field>', 'order by name, scheduled_at or created_at; with - in front the other way round')
    .option('--json', 'print a JSON array, one task on a line')
  addConnectionOptions(list)
    .addHelpText(
      'after',
      `
On a terminal it is a table that fits; in a narrow one some columns are left out. Elsewhere it is one task on a line for
scripts: id, status, schedule, next run, name, and method with URL, with a tab between.

  duly task list --status active --sort scheduled_at
  duly task list --search reports | cut -f 1 | xargs duly task pause`,
    )
    .action((options: ListOptions) => listCommand(options))
}

async function listCommand(options: ListOptions): Promise<void> {
  const connection = findConnection(options)
  const query = new URLSearchParams()
  for (const name of ['status', 'search', 'sort'] as const) {
    const value = options[name]
    if (value !== undefined) query.set(name, value)
  }
  const tasks = listTasks(connection, query) as AsyncGenerator<Task>
  await (options.json ? printArray(tasks) : printTable(tasks))
}

async function printArray(tasks: AsyncIterable<Task>): Promise<void> {
  // Nothing is printed before the service has answered, so that a refusal leaves no half array behind.
  let batch = ''
  let separator = '[\n'
  for await (const one of tasks) {
    batch += `${separator}${printableJson(one)}`
    separator = ',\n'
    if (batch.length >= batchCharacters) {
      await write(batch)
      batch = ''
    }
  }
  await write(separator === '[\n' ? '[]\n' : `${batch}\n]\n`)
}

async function printTable(tasks: AsyncIterable<Task>): Promise<void> {
  const isTerminal = process.stdout.isTTY
  const { heading, line } = tableOf(columns, isTerminal ? process.stdout.columns || 80 : undefined)
  let batch = ''
  let any = false
  for await (const one of tasks) {
    if (!any && heading !== undefined) batch = `${heading}\n`
    any = true
    batch += `${line(one)}\n`
    if (batch.length >= batchCharacters) {
      await write(batch)
      batch = ''
    }
  }
  if (batch !== '') await write(batch)
  else if (!any && isTerminal) await writeLine('No tasks match; duly task create makes one.')
}
