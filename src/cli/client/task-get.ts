import type { Command } from 'commander'
import { type FieldName, fieldEntries } from '../../task-fields/fields.ts'
import type { Task } from '../../tasks/model.ts'
import { callApi } from '../api-client.ts'
import { addConnectionOptions, type ConnectionOptions, findConnection } from '../connection.ts'
import { writeJson, writeLine } from '../output.ts'
import { printable, printableLines } from '../printable.ts'
import { isNotFound, noSuchTask, readTaskName, taskArgument, taskPath } from '../task-id.ts'
import { scheduleOf } from '../task-text.ts'

/** Adds `duly task get`. */
export function addTaskGet(task: Command): void {
  const get = task
    .command('get')
    .argument('<task>', taskArgument)
    .description('Show a task.')
    .option('--json', 'print the task as JSON')
  addConnectionOptions(get).action(async (text: string, options: ConnectionOptions & { json?: boolean }) => {
    const name = readTaskName(text)
    const connection = findConnection(options)
    const found = await callApi<Task>(connection, 'GET', taskPath(name)).catch((error) => {
      throw isNotFound(error) ? noSuchTask([name], connection) : error
    })
    await (options.json ? writeJson(found) : writeLine(inLines(found)))
  })
}

/** The fields that have a line of their own. */
const shown: ReadonlySet<FieldName> = new Set([
  ...(['name', 'url', 'method', 'header', 'payload', 'status', 'timeout_seconds', 'retries'] as const),
  ...(['scheduled_at', 'frequency', 'unit', 'cron', 'time_zone'] as const),
])

/** Returns the other fields that have another value than a new task's, with their names for a person. */
function furtherFields(task: Task): (readonly [string, string])[] {
  return fieldEntries.flatMap(([name, field]) => {
    const value: unknown = task[name]
    if (shown.has(name) || JSON.stringify(value) === JSON.stringify(field.default)) return []
    const words = name.replaceAll('_', ' ')
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    return [[`${words.charAt(0).toUpperCase()}${words.slice(1)}`, text] as const]
  })
}

/** Formats a task for a person. Further lines of a payload are indented. */
function inLines(task: Task): string {
  const next = task.status === 'active' ? (task.starts_at ?? 'never') : `none, it is ${task.status}`
  const facts: (readonly [string, string])[] = [
    ['Id', task.id],
    ['Name', task.name],
    ['Status', task.status],
    ['Calls', `${task.method} ${task.url}`],
    ['Schedule', scheduleOf(task)],
    ['Next run', next],
    ['Timeout', task.timeout_seconds === null ? "the service's own" : `${task.timeout_seconds} s`],
    ['Retries', String(task.retries)],
    ...furtherFields(task),
    ['Created', task.created_at],
    ['Changed', task.updated_at],
  ]
  const lines = facts.map(([name, text]) => `${name.padEnd(8)}  ${printable(text)}`)
  for (const [name, value] of Object.entries(task.header)) lines.push(`Header    ${printable(`${name}: ${value}`)}`)
  if (task.payload !== null)
    lines.push(`Payload   ${printableLines(task.payload).replaceAll('\n', `\n${' '.repeat(10)}`)}`)
  return lines.join('\n')
}
