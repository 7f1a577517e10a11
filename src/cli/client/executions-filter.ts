import { type Command, Option } from 'commander'
import { UsageError } from '../command-error.ts'
import { readDuration } from '../duration.ts'
import { addLabelOption } from '../label-option.ts'

/** Which executions a command is about. */
export interface FilterOptions {
  readonly status?: readonly string[]
  readonly since?: string
  readonly from?: string
  readonly to?: string
  readonly statusCode?: string
  readonly text?: string
  readonly label?: readonly string[]
}

const statuses = ['queued', 'started', 'success', 'failed', 'skipped']
const collect = (value: string, before: readonly string[] = []) => [...before, ...value.split(',')]

/** Adds the options that say which executions are meant. */
export function addFilterOptions(command: Command): Command {
  const status = new Option('--status <status>', 'only executions of this status; may be given several times')
  status.argParser(collect).argChoices = statuses
  command
    .addOption(status)
    .option('--since <duration>', 'only of the last 30m, 12h or 7d, for example')
    .option('--from <time>', 'only from this time on, such as 2026-11-24T12:00:00Z')
    .option('--to <time>', 'only before this time')
    .option('--status-code <code>', 'only with this HTTP status')
    .option('--text <text>', 'only with this text in their error, in upper or lower case')
  return addLabelOption(command)
}

/** Returns those of the filters that are one text each, by the names of the API, which checks them. @throws UsageError */
export function filtersOf(options: FilterOptions): [name: string, value: string][] {
  const { status, since, from, to, statusCode, text } = options
  if (since !== undefined && from !== undefined)
    throw new UsageError('--since and --from both say where the list begins: give one of them.')
  const start = since === undefined ? from : new Date(Date.now() - readDuration('--since', since)).toISOString()
  const filters = { status: status?.join(','), from: start, to, status_code: statusCode, text }
  return Object.entries(filters).flatMap(([key, value]): [string, string][] =>
    value === undefined ? [] : [[key, value]],
  )
}
