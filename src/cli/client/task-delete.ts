import type { Command } from 'commander'
import { callApi } from '../api-client.ts'
import { addConnectionOptions, type ConnectionOptions, findConnection } from '../connection.ts'
import { writeJson, writeLine } from '../output.ts'
import { forEachTask, noSuchTask, readIds } from '../task-id.ts'
import { taskCount } from '../task-text.ts'
import { confirm } from '../terminal.ts'

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
      if (!options.yes) await confirmDelete(ids)
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

/** Asks whether to delete the tasks. @throws UsageError, CommandError */
function confirmDelete(ids: readonly string[]): Promise<void> {
  const which = ids.length === 1 ? `task ${ids[0]} with its executions` : `${ids.length} tasks with their executions`
  return confirm(`Delete ${which}?`, 'Nothing was deleted.')
}
