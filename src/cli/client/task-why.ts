import type { Command } from 'commander'
import { callApi } from '../api-client.ts'
import { addConnectionOptions, type ConnectionOptions, findConnection } from '../connection.ts'
import { writeJson, writeLine } from '../output.ts'
import { printable } from '../printable.ts'
import { isNotFound, noSuchTask, readTaskName, taskArgument, taskIdOf } from '../task-id.ts'
import { readPast } from '../until.ts'

interface WhyOptions extends ConnectionOptions {
  readonly at?: string
  readonly json?: boolean
}

/** What became of a task at a time, as the API returns it. */
interface Why {
  readonly reason: string
  readonly sentence: string
  readonly execution: { readonly id: string } | null
  readonly change: { readonly id: string } | null
}

/** Adds `duly task why`. */
export function addTaskWhy(task: Command): void {
  const why = task
    .command('why')
    .argument('<task>', taskArgument)
    .description('Say why a task did, or did not, run at a time.')
    .option('--at <time>', 'the time, such as 2026-11-29T02:00:00Z, or how long ago, such as 2h (default: now)')
    .option('--json', 'print all that the answer rests on as JSON')
  addConnectionOptions(why)
    .addHelpText(
      'after',
      '\nA whole minute stands for all of it, any other time for its second. What is no longer on record is said to be unknown.',
    )
    .action((text: string, options: WhyOptions) => whyCommand(text, options))
}

async function whyCommand(text: string, options: WhyOptions): Promise<void> {
  const name = readTaskName(text)
  const at = options.at === undefined ? undefined : readPast('--at', options.at)
  const connection = findConnection(options)
  const id = await taskIdOf(connection, name)
  const query = at === undefined ? '' : `?at=${encodeURIComponent(at)}`
  const why = await callApi<Why>(connection, 'GET', `/tasks/${id}/why${query}`).catch((error) => {
    throw isNotFound(error) ? noSuchTask([id], connection) : error
  })
  if (options.json) return writeJson(why)
  await writeLine(`${printable(why.reason)}: ${printable(why.sentence)}`)
  if (why.execution) await writeLine(`execution: ${printable(why.execution.id)}`)
  if (why.change) await writeLine(`change: ${printable(why.change.id)}`)
}
