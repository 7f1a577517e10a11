import { Command } from 'commander'
import { exitCodes } from '../run-program.ts'
import { addExecutionsGet } from './executions-get.ts'
import { addExecutionsList } from './executions-list.ts'
import { addExecutionsRunAgain } from './executions-run-again.ts'
import { addExecutionsStop } from './executions-stop.ts'
import { addExecutionsWatch } from './executions-watch.ts'

/** Commands of `duly executions`. To add one, write its file and add it here. */
const commands = [addExecutionsList, addExecutionsGet, addExecutionsWatch, addExecutionsRunAgain, addExecutionsStop]

/** Creates `duly executions`. */
export function executionsCommand(): Command {
  const executions = new Command('executions')
    .description('List, show, watch, repeat and stop the executions of tasks.')
    .addHelpText('after', `\n${exitCodes}`)
  for (const add of commands) add(executions)
  return executions
}
