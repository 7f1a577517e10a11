import { createInterface } from 'node:readline/promises'
import type { Command } from 'commander'
import { callApi } from '../api-client.ts'
import { CommandError, UsageError } from '../command-error.ts'
import { addConnectionOptions, type ConnectionOptions, findConnection } from '../connection.ts'
import { writeJson, writeLine } from '../output.ts'
import { forEachTask, noSuchTask, readIds } from '../task-id.ts'
import { taskCount } from '../task-text.ts'

/** Adds `duly task delete`. */
export function addTaskDelete(task: Command): void {
  const command = task
    .command('delete')
    .argument('<id...>', 'the ids of the tasks, one or many')
    .description('Delete tasks with all their executions.')
    .option('--yes', 'do not ask for confirmation; required without a terminal')
    .option('--json', 'print {"deleted", "missing"} for scripts')
  addConnectionOptions(command)
    .addHelpText('after', '\nAn id without a task is an error. The other tasks are deleted all the same.')
    .action(async (texts: string[], options: ConnectionOptions & { yes?: boolean; json?: boolean }) => {
      const ids = readIds(texts)
      const connection = findConnection(options)
      if (!options.yes) await confirm(ids)
      const deleted: string[] = []
      const remove = async (id: string) => {
        await callApi(connection, 'DELETE', `/tasks/${id}`)
        deleted.push(id)
      }
      let missing: string[] = []
      try {
        missing = await forEachTask(ids, remove)
      } finally {
        // Also after an error, because some tasks are deleted.
        if (options.json) await writeJson({ deleted, missing })
        else if (deleted.length > 0) await writeLine(`Deleted ${taskCount(deleted.length)}.`)
      }
      if (missing.length > 0) throw noSuchTask(missing, connection)
    })
}

/**
 * Asks for confirmation on the terminal.
 * @throws UsageError without a terminal, CommandError for any answer but y or yes
 */
async function confirm(ids: readonly string[]): Promise<void> {
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw new UsageError('There is no terminal to ask on: pass --yes to delete without being asked.')
  const which = ids.length === 1 ? `task ${ids[0]} with its executions` : `${ids.length} tasks with their executions`
  // The question goes to stderr, because stdout is for the result.
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const closed = new Promise<string>((resolve) => terminal.on('close', () => resolve('')))
  const answer = await Promise.race([terminal.question(`Delete ${which}? [y/N] `), closed])
  terminal.close()
  if (!/^y(es)?$/i.test(answer.trim())) throw new CommandError('Nothing was deleted.')
}
