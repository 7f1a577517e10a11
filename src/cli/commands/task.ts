import { Command } from 'commander'
import { addTaskCreate } from './task-create.ts'
import { addTaskDelete } from './task-delete.ts'
import { addTaskGet } from './task-get.ts'
import { addTaskList } from './task-list.ts'
import { addTaskRun } from './task-run.ts'
import { addTaskStatus } from './task-status.ts'

/** `duly task …`: asks a running service over its API, and never opens the database. */
export function taskCommand(): Command {
  const task = new Command('task')
    .description('List, show, create, pause, resume, run and delete tasks of a running service.')
    .addHelpText(
      'after',
      `
The service is asked over HTTP, where --service-url or DULY_URL say, or else on this machine at PORT. Credentials are
--service-id and --token, or SERVICE_ID and SERVICE_TOKEN, or those of the first service in DATA_DIR.

Exit codes: 0 done; 1 refused or failed; 2 the command was not given right.`,
    )
  addTaskList(task)
  addTaskGet(task)
  addTaskCreate(task)
  addTaskStatus(task)
  addTaskRun(task)
  addTaskDelete(task)
  return task
}
