import type { Command } from 'commander'
import type { FieldError } from '../../formats/field-error.ts'
import type { Task } from '../../tasks/model.ts'
import { exchangeWithApi } from '../api-client.ts'
import { ApiErrorResponse, sentenceOf } from '../api-error.ts'
import { CommandError, UsageError } from '../command-error.ts'
import { addConnectionOptions, type Connection, type ConnectionOptions, findConnection } from '../connection.ts'
import { write, writeLine } from '../output.ts'
import { printableJson } from '../printable.ts'
import { isNotFound, keyPath } from '../task-id.ts'
import { inOneLine } from '../task-text.ts'
import { readTaskFile } from './task-file.ts'

interface ApplyOptions extends ConnectionOptions {
  readonly file?: string
  readonly json?: boolean
}

/** A task of the file. */
interface Wanted {
  readonly key: string
  readonly text: string
}

/** What an apply did to a task. */
interface Applied {
  readonly action: 'created' | 'changed' | 'unchanged'
  readonly task: Task
}

/** How many tasks are written at once. */
const atOnce = 8

/** Adds `duly task apply`. */
export function addTaskApply(task: Command): void {
  const apply = task
    .command('apply')
    .description('Create the tasks of a file, or replace those that exist with the same key.')
    .option('--file <file>', 'JSON or YAML of one task or of an array, each with a key; - reads stdin')
    .option('--json', 'print a JSON array of {"action", "task"}')
  addConnectionOptions(apply)
    .addHelpText(
      'after',
      `
A task is what the file says: fields that it leaves out get their default. Applying the same file again changes nothing.
Tasks that are not in the file stay as they are. An error of one task does not stop the others, and names its index.
duly apply is for task sets: it changes all tasks of a file or none, and leaves alone what the file does not state.

  duly task apply --file tasks.yaml`,
    )
    .action((options: ApplyOptions) => applyCommand(options))
}

async function applyCommand(options: ApplyOptions): Promise<void> {
  if (options.file === undefined) throw new UsageError('Nothing says what to apply: give --file (see --help).')
  const connection = findConnection(options)
  const wanted = keyed(await readTexts(options.file))
  const applied: Applied[] = []
  const failures = new Map<number, ApiErrorResponse>()
  await eachOf(wanted, async (task, index) => {
    try {
      applied[index] = await applyOne(connection, task)
    } catch (error) {
      if (!(error instanceof ApiErrorResponse) || error.status === 401 || error.status === 403) throw error
      failures.set(index, withIndex(error, index))
    }
  }).finally(() => report(Object.values(applied), options.json))
  if (failures.size > 0) throw allOf(wanted.flatMap((_, index) => failures.get(index) ?? []))
}

async function readTexts(file: string): Promise<readonly string[]> {
  const contents = await readTaskFile(file)
  return contents.kind === 'one' ? [contents.text] : contents.texts
}

/** Returns the tasks with their keys. @throws CommandError when one has none, or two have the same */
function keyed(texts: readonly string[]): Wanted[] {
  const seen = new Map<string, number>()
  return texts.map((text, index) => {
    const key = keyIn(text)
    if (key === undefined)
      throw new CommandError(`--file: /${index} must have a key, by which the task is found when it is applied again.`)
    const before = seen.get(key)
    if (before !== undefined) throw new CommandError(`--file: /${before} and /${index} have the same key.`)
    seen.set(key, index)
    return { key, text }
  })
}

function keyIn(text: string): string | undefined {
  try {
    const { key } = JSON.parse(text) as { key?: unknown }
    return typeof key === 'string' && key !== '' ? key : undefined
  } catch {
    throw new CommandError('--file is not valid JSON: see whether it is complete.')
  }
}

async function applyOne(connection: Connection, { key, text }: Wanted): Promise<Applied> {
  const path = keyPath(key)
  const before = await exchangeWithApi(connection, 'GET', path).catch((error) => {
    if (isNotFound(error)) return undefined
    throw error
  })
  const { body, status, headers } = await exchangeWithApi<Task>(connection, 'PUT', path, { body: text })
  if (status === 201) return { action: 'created', task: body }
  return { action: before?.headers.get('etag') === headers.get('etag') ? 'unchanged' : 'changed', task: body }
}

/** Runs `work` for each task, some at once. Throws the first error, once the calls under way have ended. */
async function eachOf(wanted: readonly Wanted[], work: (task: Wanted, index: number) => Promise<void>): Promise<void> {
  const remaining = wanted.entries()
  let stopped = false
  const worker = async () => {
    for (const [index, task] of remaining) {
      if (stopped) return
      await work(task, index).catch((error) => {
        stopped = true
        throw error
      })
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: atOnce }, worker))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}

async function report(applied: readonly Applied[], json: boolean | undefined): Promise<void> {
  if (json) return applied.length === 0 ? undefined : write(`[\n${applied.map(printableJson).join(',\n')}\n]\n`)
  for (const { action, task } of applied)
    await writeLine(`${action.charAt(0).toUpperCase()}${action.slice(1)} ${inOneLine(task)}`)
}

/** Returns an error whose paths begin with the index in the file. */
function withIndex(error: ApiErrorResponse, index: number): ApiErrorResponse {
  const fields: readonly FieldError[] =
    error.errors.length > 0 ? error.errors : [{ path: '', message: `was refused: ${error.message}` }]
  const errors = fields.map((field) => ({ ...field, path: `/${index}${field.path}` }))
  return new ApiErrorResponse(error.status, sentenceOf('', errors), { code: error.code, errors })
}

function allOf(failures: readonly ApiErrorResponse[]): ApiErrorResponse {
  const [first] = failures as [ApiErrorResponse]
  const errors = failures.flatMap((failure) => failure.errors)
  return new ApiErrorResponse(first.status, sentenceOf('', errors), { code: first.code, errors })
}
