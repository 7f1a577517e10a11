import type { Command } from 'commander'
import type { Execution } from '../../executions/model.ts'
import { callApi } from '../api-client.ts'
import { awaitExecution, requireSuccess } from '../await-execution.ts'
import { addConnectionOptions, type ConnectionOptions, findConnection } from '../connection.ts'
import { executionLine, responseLines } from '../execution-text.ts'
import { writeJson, writeLine } from '../output.ts'
import { printable } from '../printable.ts'
import { isNotFound, noSuchTask, readTaskName, taskArgument, taskIdOf } from '../task-id.ts'
import { wholeNumber } from '../whole-number.ts'

interface RunOptions extends ConnectionOptions {
  readonly wait?: boolean
  readonly timeout: string
  readonly json?: boolean
}

/** Adds `duly task run`. */
export function addTaskRun(task: Command): void {
  const run = task
    .command('run')
    .argument('<task>', taskArgument)
    .description('Run a task now, even a paused or disabled one. Its schedule does not change.')
    .option('--wait', 'wait until the execution has ended, and print its result; exit code 1 if it failed')
    .option('--timeout <seconds>', 'longest time to wait, 1 to 86400', '300')
    .option('--json', 'print the execution as JSON')
  addConnectionOptions(run)
    .addHelpText(
      'after',
      '\n--wait waits for the first attempt only. If the task has retries, a failed attempt is repeated later.',
    )
    .action((id: string, options: RunOptions) => runCommand(id, options))
}

async function runCommand(text: string, options: RunOptions): Promise<void> {
  const name = readTaskName(text)
  const seconds = wholeNumber('--timeout', options.timeout, 1, 86_400)
  const connection = findConnection(options)
  const id = await taskIdOf(connection, name)
  const queued = await callApi<Execution>(connection, 'POST', `/tasks/${id}/executions`).catch((error) => {
    throw isNotFound(error) ? noSuchTask([id], connection) : error
  })
  if (!options.wait) {
    if (options.json) return writeJson(queued)
    return writeLine(`Queued execution ${printable(queued.id)}.`)
  }
  const ended = await awaitExecution(connection, { execution: queued, seconds })
  if (options.json) await writeJson(ended)
  else await writeLine([executionLine({ ...ended, error: null }), ...responseLines(ended)].join('\n'))
  requireSuccess(ended)
}
