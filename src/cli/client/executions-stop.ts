import type { Command } from 'commander'
import type { Execution } from '../../executions/model.ts'
import { callApi } from '../api-client.ts'
import { addConnectionOptions, type ConnectionOptions, findConnection } from '../connection.ts'
import { writeJson, writeLine } from '../output.ts'
import { printable } from '../printable.ts'
import { readTaskName, taskArgument, taskIdOf } from '../task-id.ts'
import { readExecutionId } from './executions-get.ts'

/** Adds `duly executions stop`. */
export function addExecutionsStop(executions: Command): void {
  const stop = executions
    .command('stop')
    .argument('<task>', taskArgument)
    .argument('<execution>', 'the id of the execution')
    .description('Stop waiting for the answer of a running execution.')
    .option('--json', 'print the execution as JSON')
  addConnectionOptions(stop)
    .addHelpText(
      'after',
      `
The connection is closed within about two seconds, and the execution has then failed, unless its answer came first. The target is not
told, and may still be working on the call. It is not sent again: no retry follows, but the next slots of the task start as
scheduled. To keep them from starting, pause the task: duly task pause.`,
    )
    .action(async (task: string, execution: string, options: ConnectionOptions & { json?: boolean }) => {
      const name = readTaskName(task)
      const id = readExecutionId(execution)
      const connection = findConnection(options)
      const path = `/tasks/${await taskIdOf(connection, name)}/executions/${id}/stop`
      const stopped = await callApi<Execution>(connection, 'POST', path)
      if (options.json) return writeJson(stopped)
      await writeLine(`Stopping execution ${printable(stopped.id)}. Its target may still be working on it.`)
    })
}
