import type { Command } from 'commander'
import type { Status } from '../../task-fields/statuses.ts'
import { callApi } from '../api-client.ts'
import { addConnectionOptions, type Connection, type ConnectionOptions, findConnection } from '../connection.ts'
import { writeJson, writeLine } from '../output.ts'
import { forEachTask, noSuchTask, readTaskNames, taskIdsOf } from '../task-id.ts'
import { taskCount } from '../task-text.ts'

/** The most ids that the API accepts in one request. */
const batchSize = 1_000

/** Adds `duly task pause` and `duly task resume`. */
export function addTaskStatus(task: Command): void {
  addOne(
    task,
    'pause',
    'paused',
    'Pause tasks. They do not run until they are resumed, and their queued retries are cancelled.',
  )
  addOne(task, 'resume', 'active', 'Resume tasks, so that they run when they are due.')
}

function addOne(task: Command, name: string, status: Status, description: string): void {
  const command = task
    .command(name)
    .argument('<task...>', 'the ids or keys of the tasks, one or many')
    .description(description)
    .option('--json', 'print {"status", "updated", "missing"} for scripts')
  addConnectionOptions(command)
    .addHelpText('after', '\nAn id or a key without a task is an error. The other tasks are changed all the same.')
    .action(async (texts: string[], options: ConnectionOptions & { json?: boolean }) => {
      const names = readTaskNames(texts)
      const connection = findConnection(options)
      const { ids, missing } = await taskIdsOf(connection, names)
      let updated = 0
      try {
        for (let at = 0; at < ids.length; at += batchSize) {
          const some = ids.slice(at, at + batchSize)
          const missed = await setStatus(connection, some, status)
          missing.push(...missed)
          updated += some.length - missed.length
        }
      } finally {
        // Also after an error, because the tasks of earlier batches are changed.
        if (options.json) await writeJson({ status, updated, missing })
        else if (updated > 0) await writeLine(`${name === 'pause' ? 'Paused' : 'Resumed'} ${taskCount(updated)}.`)
      }
      if (missing.length > 0) throw noSuchTask(missing, connection)
    })
}

/** Sets the status of up to 1,000 tasks. Returns the ids of tasks that do not exist. */
async function setStatus(connection: Connection, ids: readonly string[], status: Status): Promise<string[]> {
  const body = JSON.stringify({ ids, status })
  const { updated } = await callApi<{ updated: number }>(connection, 'POST', '/tasks/status', { body })
  // The response has only the number of tasks. If some are missing, find out which.
  return updated < ids.length ? forEachTask(ids, (id) => callApi(connection, 'GET', `/tasks/${id}`)) : []
}
