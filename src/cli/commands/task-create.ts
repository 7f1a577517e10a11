import type { Command } from 'commander'
import type { Task } from '../../tasks/model.ts'
import { callApi } from '../api-client.ts'
import { UsageError } from '../command-error.ts'
import { addConnectionOptions, type ConnectionOptions, findConnection } from '../connection.ts'
import { writeJson, writeLine } from '../output.ts'
import { printable } from '../printable.ts'
import { readInput, readInputText } from '../read-input.ts'
import { nextRunOf, scheduleOf } from '../task-text.ts'
import { wholeNumber } from '../whole-number.ts'

interface FieldOptions {
  readonly name?: string
  readonly url?: string
  readonly method?: string
  readonly header?: readonly string[]
  readonly payload?: string
  readonly status?: string
  readonly scheduledAt?: string
  readonly frequency?: string
  readonly unit?: string
  readonly cron?: string
  readonly timeZone?: string
  readonly timeoutSeconds?: string
  readonly retries?: string
}

interface CreateOptions extends ConnectionOptions, FieldOptions {
  readonly file?: string
  readonly idempotencyKey?: string
  readonly json?: boolean
}

const collect = (value: string, before: readonly string[] = []) => [...before, value]

/** Adds `duly task create`. */
export function addTaskCreate(task: Command): void {
  const create = task
    .command('create')
    .description('Create a task.')
    .option('--name <name>', 'name of 1 to 200 characters')
    .option('--url <url>', 'http or https URL to call')
    .option('--method <method>', 'GET, POST, PUT, DELETE or OPTIONS')
    .option('--header <name: value>', 'header to send; may be given several times', collect)
    .option('--payload <text>', 'body to send; @FILE reads a file, - reads stdin')
    .option('--status <status>', 'active, paused or disabled (default: active)')
    .option('--scheduled-at <time>', 'time of the first run, such as 2026-11-24T12:00:00Z; of the only run if alone')
    .option('--frequency <n>', 'number of units between two runs')
    .option('--unit <unit>', 'minute, hour, day, week or month')
    .option('--cron <pattern>', "cron pattern of five fields, such as '30 2 * * MON-FRI', instead of --frequency")
    .option('--time-zone <zone>', 'time zone of --cron, such as Europe/Berlin (default: UTC)')
    .option('--timeout-seconds <n>', 'timeout of a call, 1 to 3600 (default: REQUEST_TIMEOUT_SECONDS)')
    .option('--retries <n>', 'how often a failed call is repeated, 0 to 10 (default: 0)')
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
  const fields = await readFields(options)
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
  const number = (option: string, text: string | undefined) =>
    text === undefined ? undefined : wholeNumber(option, text, 0, 2_147_483_647)
  const fields: Record<string, unknown> = {
    name: options.name,
    url: options.url,
    method: options.method,
    header: options.header === undefined ? undefined : readHeaders(options.header),
    payload: options.payload === undefined ? undefined : await readPayload(options.payload),
    status: options.status,
    scheduled_at: options.scheduledAt,
    frequency: number('--frequency', options.frequency),
    unit: options.unit,
    cron: options.cron,
    time_zone: options.timeZone,
    timeout_seconds: number('--timeout-seconds', options.timeoutSeconds),
    retries: number('--retries', options.retries),
  }
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
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
