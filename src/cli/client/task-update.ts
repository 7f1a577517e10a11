import type { Command } from 'commander'
import type { Task } from '../../tasks/model.ts'
import { callApi, exchangeWithApi } from '../api-client.ts'
import { ApiErrorResponse } from '../api-error.ts'
import { CommandError, UsageError } from '../command-error.ts'
import { addConnectionOptions, type Connection, type ConnectionOptions, findConnection } from '../connection.ts'
import { writeJson, writeLine } from '../output.ts'
import { printable } from '../printable.ts'
import { isNotFound, noSuchTask, readTaskName, taskArgument, taskIdOf } from '../task-id.ts'
import { inOneLine } from '../task-text.ts'
import {
  addFieldOptions,
  clearableNames,
  emptyValue,
  type FieldOptions,
  isClearable,
  isMerged,
  readFieldChanges,
  type TaskBody,
} from './field-options.ts'
import { readTaskFile } from './task-file.ts'

interface UpdateOptions extends ConnectionOptions {
  readonly unset?: readonly string[]
  readonly file?: string
  readonly json?: boolean
}

/** What an update does: fields with their new values, and names to remove from fields that map names to values. */
interface Changes {
  readonly fields: TaskBody
  readonly removed: ReadonlyMap<string, readonly string[]>
}

/** Adds `duly task update`. */
export function addTaskUpdate(task: Command): void {
  const update = task
    .command('update')
    .argument('<task>', taskArgument)
    .description('Change fields of a task. Those that are not given keep their value.')
  addFieldOptions(update)
  update
    .option(
      '--unset <field>',
      'clear a field, or one header or label: header.NAME, labels.NAME; may be given several times',
      collect,
    )
    .option('--file <file>', 'JSON or YAML of the fields to change, instead of all options above; - reads stdin')
    .option('--json', 'print the task as JSON')
  addConnectionOptions(update)
    .addHelpText(
      'after',
      `
--header and --label set one header or label and keep the others. An empty value clears a field, like --unset. A change of the kind of schedule
or of the interval counts the next run from now.

  duly task update TASK --cron '30 2 * * MON-FRI' --time-zone Europe/Berlin
  duly task update TASK --header 'X-Team: billing' --unset header.X-Old --unset timeout_seconds
  echo 'retries: 3' | duly task update TASK --file -`,
    )
    .action((id: string, options: UpdateOptions) => updateCommand(id, options))
}

const collect = (value: string, before: readonly string[] = []) => [...before, value]

async function updateCommand(text: string, options: UpdateOptions): Promise<void> {
  const name = readTaskName(text)
  const changes = await readChanges(options)
  const connection = findConnection(options)
  const id = await taskIdOf(connection, name)
  const updated = await (typeof changes === 'string'
    ? callApi<Task>(connection, 'POST', `/tasks/${id}`, { body: changes })
    : sendChanges(connection, id, changes)
  ).catch((error) => {
    throw isNotFound(error) ? noSuchTask([id], connection) : error
  })
  await (options.json ? writeJson(updated) : writeLine(`Updated ${inOneLine(updated)}`))
}

/** Returns the changes of the options, or the JSON of the file. @throws UsageError, CommandError */
async function readChanges(options: UpdateOptions): Promise<Changes | string> {
  const fields = await readFieldChanges(options as unknown as FieldOptions)
  const removed = readUnset(options.unset ?? [], fields)
  if (Object.keys(fields).length + removed.size === 0) {
    if (options.file === undefined)
      throw new UsageError('Nothing says what to change: give options of fields, --unset, or --file (see --help).')
    const contents = await readTaskFile(options.file)
    if (contents.kind === 'one') return contents.text
    throw new CommandError('--file holds an array: an update takes the fields of one task.')
  }
  if (options.file !== undefined)
    throw new UsageError('--file is sent unchanged, so all changes must be in the file and none given as options.')
  return { fields, removed }
}

/** Adds cleared fields to `fields`, and returns the names to remove from fields that map names to values. @throws UsageError */
function readUnset(unset: readonly string[], fields: TaskBody): Map<string, readonly string[]> {
  const removed = new Map<string, readonly string[]>()
  for (const text of unset) {
    const [, field = text, name] = /^([a-z_-]+)\.(.+)$/.exec(text) ?? []
    const clearable = field.replaceAll('-', '_')
    if (!isClearable(clearable))
      throw new UsageError(
        `--unset ${printable(text)} is no field that can be cleared: those are ${clearableNames.join(', ')}.`,
      )
    if (name !== undefined && isMerged(clearable)) removed.set(clearable, [...(removed.get(clearable) ?? []), name])
    else if (name !== undefined) throw new UsageError(`--unset ${printable(text)}: ${clearable} has no parts.`)
    else if (clearable in fields) throw new UsageError(`${clearable} is both set and unset: give one of them.`)
    else fields[clearable] = emptyValue(clearable)
  }
  return removed
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Sends an update. Headers and labels are merged with the stored ones, and the update is refused when the task was changed
 * in between.
 */
async function sendChanges(connection: Connection, id: string, { fields, removed }: Changes): Promise<Task> {
  const merged = Object.keys(fields).filter((name) => isMerged(name) && Object.keys(fields[name] as object).length > 0)
  if (merged.length + removed.size === 0)
    return callApi<Task>(connection, 'POST', `/tasks/${id}`, { body: JSON.stringify(fields) })
  const { body: stored, headers } = await exchangeWithApi<TaskBody>(connection, 'GET', `/tasks/${id}`)
  const body = { ...fields }
  for (const name of new Set([...merged, ...removed.keys()]))
    body[name] = mergeNames(stored[name], fields[name], removed.get(name) ?? [], name === 'header')
  const etag = headers.get('etag')
  return callApi<Task>(connection, 'POST', `/tasks/${id}`, {
    body: JSON.stringify(body),
    headers: etag === null ? {} : { 'if-match': etag },
  }).catch((error) => {
    if (error instanceof ApiErrorResponse && error.status === 412)
      throw new CommandError(`Task ${id} was changed by somebody else meanwhile: run this again.`)
    throw error
  })
}

/**
 * Merges two objects that map names to values.
 * @param anyCase whether names are the same in upper and lower case, as those of headers are
 */
function mergeNames(
  stored: unknown,
  set: unknown,
  removed: readonly string[],
  anyCase: boolean,
): Record<string, unknown> {
  const keyOf = (name: string) => (anyCase ? name.toLowerCase() : name)
  const changed = isObject(set) ? set : {}
  const gone = new Set([...removed, ...Object.keys(changed)].map(keyOf))
  const kept = Object.entries(isObject(stored) ? stored : {}).filter(([name]) => !gone.has(keyOf(name)))
  return { ...Object.fromEntries(kept), ...changed }
}
