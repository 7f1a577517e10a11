import type { Command } from 'commander'
import type { RanAgain } from '../../executions/search/run-again-model.ts'
import { callApi } from '../api-client.ts'
import { UsageError } from '../command-error.ts'
import { addConnectionOptions, type ConnectionOptions, findConnection } from '../connection.ts'
import { keyHeaders } from '../idempotency-key.ts'
import { writeJson, writeLine } from '../output.ts'
import { printable } from '../printable.ts'
import { readTaskName, taskIdOf } from '../task-id.ts'
import { taskCount } from '../task-text.ts'
import { addFilterOptions, type FilterOptions, filtersOf } from './executions-filter.ts'

interface AgainOptions extends ConnectionOptions, FilterOptions {
  readonly dryRun?: boolean
  readonly onlyFailing?: boolean
  readonly idempotencyKey?: string
  readonly json?: boolean
}

/** Adds `duly executions run-again`. */
export function addExecutionsRunAgain(executions: Command): void {
  const again = executions
    .command('run-again')
    .argument('[task]', 'the id or the key of a task (default: all tasks)')
    .description('Run the tasks of the executions that match, each once, now. It cannot be undone.')
  addFilterOptions(again)
    .option('--only-failing', 'only tasks that are failing now: those that are well are left out')
    .option('--dry-run', 'only say which tasks would be run, and which are left out')
    .option('--idempotency-key <key>', 'key under which a repeat within 24 hours runs nothing more')
    .option('--json', 'print what the API answers')
  addConnectionOptions(again)
    .addHelpText(
      'after',
      `
Say since when by --since or --from. A task of which an execution is queued or running is left out. Schedules stay as they are. One
command runs 1,000 tasks at most, of 20,000 executions that match.

  duly executions run-again --status failed --only-failing --from 2026-11-29T02:00:00Z --to 2026-11-29T03:00:00Z --dry-run`,
    )
    .action((task: string | undefined, options: AgainOptions) => againCommand(task, options))
}

async function againCommand(task: string | undefined, options: AgainOptions): Promise<void> {
  const name = task === undefined ? undefined : readTaskName(task)
  const filters = Object.fromEntries(filtersOf(options))
  if (filters.from === undefined)
    throw new UsageError('Say since when executions are meant: --since 2h, or --from 2026-11-29T02:00:00Z.')
  const headers = keyHeaders(options.idempotencyKey)
  const connection = findConnection(options)
  const { status_code, status: _, ...texts } = filters
  const body = {
    ...texts,
    ...(options.status === undefined ? {} : { status: options.status }),
    // A text that is no number is for the API to refuse.
    ...(status_code === undefined
      ? {}
      : { status_code: /^\d+$/.test(status_code) ? Number(status_code) : status_code }),
    ...(options.label === undefined ? {} : { label: options.label }),
    ...(name === undefined ? {} : { task_id: await taskIdOf(connection, name) }),
    ...(options.onlyFailing ? { only_failing: true } : {}),
    ...(options.dryRun ? { dry_run: true } : {}),
  }
  const ran = await callApi<RanAgain>(connection, 'POST', '/executions/run-again', {
    body: JSON.stringify(body),
    headers,
  })
  if (options.json) return writeJson(ran)
  await writeLine(linesOf(ran, options.dryRun === true).join('\n'))
}

/** What is printed: each task on a line, and what came of it. */
function linesOf({ executions, tasks, left_out }: RanAgain, isPlan: boolean): string[] {
  const verb = isPlan ? 'would run' : 'queued'
  return [
    `${isPlan ? 'Would run' : 'Queued'} ${taskCount(tasks.length)} once, of ${executions} ${executions === 1 ? 'execution that matches' : 'executions that match'}.${left_out.length > 0 ? ` Left out: ${left_out.length}.` : ''}`,
    ...tasks.map(({ task_id, task_key, task_name }) =>
      [verb, printable(task_id), printable(task_key ?? task_name)].join('\t'),
    ),
    ...left_out.map(({ task_id, task_name, message }) =>
      ['left out', printable(task_id), printable(task_name ?? ''), printable(message)].join('\t'),
    ),
  ]
}
