import { Command } from 'commander'
import { exitCodes } from '../run-program.ts'
import { addTaskApply } from './task-apply.ts'
import { addTaskCreate } from './task-create.ts'
import { addTaskDelete } from './task-delete.ts'
import { addTaskGet } from './task-get.ts'
import { addTaskList } from './task-list.ts'
import { addTaskRun } from './task-run.ts'
import { addTaskStatus } from './task-status.ts'
import { addTaskUpcoming } from './task-upcoming.ts'
import { addTaskUpdate } from './task-update.ts'
import { addTaskWhy } from './task-why.ts'

/** Commands of `duly task`. To add one, write its file and add it here. */
const commands = [
  addTaskList,
  addTaskGet,
  addTaskCreate,
  addTaskApply,
  addTaskUpdate,
  addTaskStatus,
  addTaskUpcoming,
  addTaskWhy,
  addTaskRun,
  addTaskDelete,
]

/** Creates `duly task`. Its commands use the API of a running service, never the database. */
export function taskCommand(): Command {
  const task = new Command('task')
    .description('List, show, create, update, pause, resume, run and delete tasks of a running service.')
    .addHelpText(
      'after',
      `
These commands call the API of a running Duly at --service-url, or DULY_URL, or PORT on this machine. Credentials are
--token, or SERVICE_TOKEN, or those of the context (duly login), or those of the first service in DATA_DIR.

${exitCodes}`,
    )
  for (const add of commands) add(task)
  return task
}
