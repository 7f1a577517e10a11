import type { Command } from 'commander'
import type { Status } from '../../tasks/model.ts'
import { ask } from '../api-client.ts'
import { addConnectionOptions, type Connection, type ConnectionOptions, findConnection } from '../connection.ts'
import { writeJson, writeLine } from '../output.ts'
import { forEachTask, noSuchTask, readIds } from '../task-id.ts'
import { counted } from '../task-text.ts'

/** As many ids as the API takes at once. */
const atOnce = 1_000

/** Adds `duly task pause` and `duly task resume`. */
export function addTaskStatus(task: Command): void {
  addOne(
    task,
    'pause',
    'paused',
    'Pause tasks: they run no more until they are resumed, and their waiting retries are cancelled.',
  )
  addOne(task, 'resume', 'active', 'Resume tasks: they run when they are due.')
}

function addOne(task: Command, name: string, status: Status, description: string): void {
  const command = task
    .command(name)
    .argument('<id...>', 'the ids of the tasks, one or many')
    .description(description)
    .option('--json', 'print {"status", "updated", "missing"} for scripts')
  addConnectionOptions(command)
    .addHelpText('after', '\nAn id of which there is no task is an error; the other tasks are changed all the same.')
    .action(async (texts: string[], options: ConnectionOptions & { json?: boolean }) => {
      const ids = readIds(texts)
      const connection = findConnection(options)
      const missing: string[] = []
      let updated = 0
      try {
        for (let at = 0; at < ids.length; at += atOnce) {
          const some = ids.slice(at, at + atOnce)
          const missed = await setStatus(connection, some, status)
          missing.push(...missed)
          updated += some.length - missed.length
        }
      } finally {
        // Also when it fails half-way: what is changed is changed.
        if (options.json) await writeJson({ status, updated, missing })
        else if (updated > 0) await writeLine(`${name === 'pause' ? 'Paused' : 'Resumed'} ${counted(updated)}.`)
      }
      if (missing.length > 0) throw noSuchTask(missing, connection)
    })
}

/** Gives up to a thousand tasks a status, and returns the ids of which there is no task. */
async function setStatus(connection: Connection, ids: readonly string[], status: Status): Promise<string[]> {
  const body = JSON.stringify({ ids, status })
  const { updated } = await ask<{ updated: number }>(connection, 'POST', '/tasks/status', { body })
  // The answer counts and does not name: which are missing is looked up only then.
  return updated < ids.length ? forEachTask(ids, (id) => ask(connection, 'GET', `/tasks/${id}`)) : []
}
