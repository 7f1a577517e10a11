import type { Command } from 'commander'
import { callApi } from '../api-client.ts'
import { addConnectionOptions, type ConnectionOptions, findConnection } from '../connection.ts'
import { addLimitOption, readLimit } from '../limit-option.ts'
import { writeError, writeJson, writeLine } from '../output.ts'
import { printable } from '../printable.ts'
import { isNotFound, noSuchTask, readTaskName, taskArgument, taskIdOf } from '../task-id.ts'

interface UpcomingOptions extends ConnectionOptions {
  readonly limit?: string
  readonly json?: boolean
}

/** The next times of a task as the API returns them. */
interface Upcoming {
  readonly upcoming: readonly string[]
  readonly warnings: readonly string[]
}

/** Adds `duly task upcoming`. */
export function addTaskUpcoming(task: Command): void {
  const upcoming = task
    .command('upcoming')
    .argument('<task>', taskArgument)
    .description('Show the next times of a task, one per line.')
  addLimitOption(upcoming, 5).option('--json', 'print {"upcoming", "warnings"} as JSON')
  addConnectionOptions(upcoming)
    .addHelpText('after', '\nWarnings, such as of a clock change that skips a time, are printed on stderr.')
    .action((text: string, options: UpcomingOptions) => upcomingCommand(text, options))
}

async function upcomingCommand(text: string, options: UpcomingOptions): Promise<void> {
  const name = readTaskName(text)
  const limit = readLimit(options)
  const connection = findConnection(options)
  const id = await taskIdOf(connection, name)
  const path = `/tasks/${id}/upcoming?count=${limit}`
  const times = await callApi<Upcoming>(connection, 'GET', path).catch((error) => {
    throw isNotFound(error) ? noSuchTask([id], connection) : error
  })
  if (options.json) return writeJson(times)
  for (const warning of times.warnings) writeError(`warning: ${printable(warning)}`)
  if (times.upcoming.length > 0) await writeLine(times.upcoming.map(printable).join('\n'))
}
