import type { Command } from 'commander'
import { type FieldName, fieldEntries } from '../../task-fields/fields.ts'
import type { TaskOption } from '../../task-fields/task-field.ts'
import type { Task } from '../../tasks/model.ts'
import { callApi } from '../api-client.ts'
import { UsageError } from '../command-error.ts'
import { addConnectionOptions, type ConnectionOptions, findConnection } from '../connection.ts'
import { writeJson, writeLine } from '../output.ts'
import { printable } from '../printable.ts'
import { readInput, readInputText } from '../read-input.ts'
import { nextRunOf, scheduleOf } from '../task-text.ts'
import { wholeNumber } from '../whole-number.ts'

/** Options of the fields, by the name that commander gives them: `timeZone` for --time-zone. */
type FieldOptions = Readonly<Record<string, string | readonly string[] | undefined>>

interface CreateOptions extends ConnectionOptions {
  readonly file?: string
  readonly idempotencyKey?: string
  readonly json?: boolean
}

const collect = (value: string, before: readonly string[] = []) => [...before, value]

/** Adds `duly task create`. */
export function addTaskCreate(task: Command): void {
  const create = task.command('create').description('Create a task.')
  for (const [, { option }] of fieldEntries) if ('flags' in option) addFieldOption(create, option)
  create
    .option('--file <file>', 'file with the JSON to send, instead of all options above; - reads stdin')
    .option('--idempotency-key <key>', 'key under which a repeat within 24 hours returns the same task')
    .option('--json', 'print the task as JSON')
  addConnectionOptions(create)
    .addHelpText(
      'after',
      `
Required are --name, --url, --method, and one schedule: --frequency with --unit, --cron, or --scheduled-at alone. --url is
what the task calls; --service-url is where Duly runs.

  duly task create --name Reports --url https://example.com/reports --method POST --frequency 1 --unit hour \\
    --header 'Content-Type: application/json' --payload @body.json
  duly task get ID --json | jq '{name, url, method, frequency, unit}' | duly task create --file -`,
    )
    .action((options: CreateOptions) => createCommand(options))
}

function addFieldOption(create: Command, { flags, help, reads }: TaskOption): void {
  if (reads === 'headers') create.option(flags, help, collect)
  else create.option(flags, help)
}

async function createCommand(options: CreateOptions): Promise<void> {
  const key = options.idempotencyKey
  if (key !== undefined && !/^[\x21-\x7e]{1,255}$/.test(key))
    throw new UsageError('--idempotency-key must be 1 to 255 visible ASCII characters.')
  const connection = findConnection(options)
  const created = await callApi<Task>(connection, 'POST', '/tasks', {
    body: await readBody(options),
    ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }),
  })
  if (options.json) return writeJson(created)
  const next = nextRunOf(created)
  const when = next === '-' ? `${created.status}, so it does not run` : `next at ${next}`
  await writeLine(
    `Created ${printable(created.id)}: ${printable(created.name)}, ${scheduleOf(created)}, ${printable(when)}.`,
  )
}

/** Returns the body to send: the file unchanged, or the fields of the options. The API validates them. */
async function readBody(options: CreateOptions): Promise<string | Uint8Array<ArrayBuffer>> {
  const fields = await readFields(options as unknown as FieldOptions)
  if (options.file === undefined) {
    if (Object.keys(fields).length === 0)
      throw new UsageError(
        'Nothing says what to create: give --name, --url, --method and a schedule, or --file (see --help).',
      )
    return JSON.stringify(fields)
  }
  if (Object.keys(fields).length > 0)
    throw new UsageError(
      `--file is sent unchanged, so ${Object.keys(fields).join(', ')} must be in the file and not given as options.`,
    )
  return readInput('--file', options.file)
}

async function readFields(options: FieldOptions): Promise<Record<string, unknown>> {
  const fields: Record<string, unknown> = {}
  for (const [name, { option }] of fieldEntries) {
    const value = options[name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase())]
    if (value !== undefined && 'flags' in option) fields[name] = await readField(name, option, value as string)
  }
  return fields
}

function readField(name: FieldName, { reads }: TaskOption, value: string | readonly string[]): unknown {
  switch (reads) {
    case 'text':
      return value
    case 'number':
      return wholeNumber(`--${name.replaceAll('_', '-')}`, value as string, 0, 2_147_483_647)
    case 'json':
      return readJson(`--${name.replaceAll('_', '-')}`, value as string)
    case 'headers':
      return readHeaders(value as readonly string[])
    case 'payload':
      return readPayload(value as string)
  }
}

function readJson(option: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new UsageError(`${option} must be JSON, such as '{"name": "value"}'.`)
  }
}

async function readPayload(text: string): Promise<string> {
  if (text === '-') return readInputText('--payload', '-')
  return text.startsWith('@') ? readInputText('--payload', text.slice(1)) : text
}

function readHeaders(texts: readonly string[]): Record<string, string> {
  const headers = new Map<string, string>()
  for (const text of texts) {
    const colon = text.indexOf(':')
    const name = text.slice(0, colon).trim()
    // The value may be a secret, so the error does not quote it.
    if (colon < 1 || name === '')
      throw new UsageError("--header must look like 'Name: value', with a colon after the name.")
    if (headers.has(name)) throw new UsageError(`--header names ${printable(name)} twice: give each header once.`)
    headers.set(name, text.slice(colon + 1).trim())
  }
  return Object.fromEntries(headers)
}
