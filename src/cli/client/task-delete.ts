import type { Command } from 'commander'
import { callApi } from '../api-client.ts'
import { addConnectionOptions, type ConnectionOptions, findConnection } from '../connection.ts'
import { writeJson, writeLine } from '../output.ts'
import { forEachTask, noSuchTask, readTaskNames, taskPath } from '../task-id.ts'
import { taskCount } from '../task-text.ts'
import { confirm } from '../terminal.ts'

/** Adds `duly task delete`. */
export function addTaskDelete(task: Command): void {
  const command = task
    .command('delete')
    .argument('<task...>', 'the ids or keys of the tasks, one or many')
    .description('Delete tasks with all their executions.')
    .option('--yes', 'do not ask for confirmation; required without a terminal')
    .option('--json', 'print {"deleted", "missing"} for scripts')
  addConnectionOptions(command)
    .addHelpText('after', '\nAn id or a key without a task is an error. The other tasks are deleted all the same.')
    .action(async (texts: string[], options: ConnectionOptions & { yes?: boolean; json?: boolean }) => {
      const names = readTaskNames(texts)
      const connection = findConnection(options)
      if (!options.yes) await confirmDelete(names)
      const deleted: string[] = []
      const remove = async (name: string) => {
        await callApi(connection, 'DELETE', taskPath(name))
        deleted.push(name)
      }
      let missing: string[] = []
      try {
        missing = await forEachTask(names, remove)
      } finally {
        // Also after an error, because some tasks are deleted.
        if (options.json) await writeJson({ deleted, missing })
        else if (deleted.length > 0) await writeLine(`Deleted ${taskCount(deleted.length)}.`)
      }
      if (missing.length > 0) throw noSuchTask(missing, connection)
    })
}

/** Asks whether to delete the tasks. @throws UsageError, CommandError */
function confirmDelete(names: readonly string[]): Promise<void> {
  const which =
    names.length === 1 ? `task ${names[0]} with its executions` : `${names.length} tasks with their executions`
  return confirm(`Delete ${which}?`, 'Nothing was deleted.')
}
