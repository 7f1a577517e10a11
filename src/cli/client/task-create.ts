import type { Command } from 'commander'
import type { Task } from '../../tasks/model.ts'
import { callApi } from '../api-client.ts'
import { UsageError } from '../command-error.ts'
import { addConnectionOptions, type ConnectionOptions, findConnection } from '../connection.ts'
import { keyHeaders } from '../idempotency-key.ts'
import { writeJson, writeLine } from '../output.ts'
import { inOneLine } from '../task-text.ts'
import { bulkCreate } from './bulk-create.ts'
import { addFieldOptions, type FieldOptions, readFieldOptions } from './field-options.ts'
import { type FileContents, readTaskFile } from './task-file.ts'

interface CreateOptions extends ConnectionOptions {
  readonly file?: string
  readonly idempotencyKey?: string
  readonly json?: boolean
}

/** The method of a task that is made of options, unless one is given. */
const usualMethod = 'GET'
/** What the help says of the options of a task: which must be given, and what holds otherwise. */
const notes = {
  ...{ name: 'required', url: 'required', method: `default: ${usualMethod}` },
  ...{ frequency: 'required: this, --cron, or --scheduled-at alone', unit: 'required with --frequency' },
}

/** Adds `duly task create`. */
export function addTaskCreate(task: Command): void {
  const create = task.command('create').description('Create a task, or those of a file.')
  addFieldOptions(create, notes)
  create
    .option('--file <file>', 'JSON or YAML of one task or of an array, instead of all options above; - reads stdin')
    .option('--idempotency-key <key>', 'key under which a repeat within 24 hours returns the same tasks')
    .option('--json', 'print the task as JSON; those of an array as an array')
  addConnectionOptions(create)
    .addHelpText(
      'after',
      `
Required are --name, --url, and one schedule: --frequency with --unit, --cron, or --scheduled-at alone. Without --method it is
${usualMethod}. --url is what the task calls; --service-url is where Duly runs.

A file holds the fields of the API, method among them: nothing is added to it. Arrays are created 1,000 tasks at a time, each
time all or none; errors name the index.

  duly task create --name Reports --url https://example.com/reports --method POST --frequency 1 --unit hour \\
    --header 'Content-Type: application/json' --payload @body.json
  duly task create --file tasks.yaml
  duly task get ID --json | jq '{name, url, method, frequency, unit}' | duly task create --file -`,
    )
    .action((options: CreateOptions) => createCommand(options))
}

async function createCommand(options: CreateOptions): Promise<void> {
  const { idempotencyKey: key, json } = options
  keyHeaders(key)
  const connection = findConnection(options)
  const contents = await readContents(options)
  if (contents.kind === 'many') return bulkCreate(connection, contents.texts, { key, json })
  const created = await callApi<Task>(connection, 'POST', '/tasks', {
    body: contents.text,
    ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }),
  })
  await (json ? writeJson(created) : writeLine(`Created ${inOneLine(created)}`))
}

/** Returns what to create: the contents of the file, or the fields of the options. The API validates them. */
async function readContents(options: CreateOptions): Promise<FileContents> {
  const fields = await readFieldOptions(options as unknown as FieldOptions)
  if (options.file === undefined) {
    if (Object.keys(fields).length === 0)
      throw new UsageError('Nothing says what to create: give --name, --url and a schedule, or --file (see --help).')
    return { kind: 'one', text: JSON.stringify({ method: usualMethod, ...fields }) }
  }
  if (Object.keys(fields).length > 0)
    throw new UsageError(
      `--file is sent unchanged, so ${Object.keys(fields).join(', ')} must be in the file and not given as options.`,
    )
  return readTaskFile(options.file)
}
