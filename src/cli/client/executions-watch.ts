import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import type { Execution } from '../../executions/model.ts'
import { callApi } from '../api-client.ts'
import { awaitExecution, getExecution, isTemporary, requireSuccess } from '../await-execution.ts'
import { CommandError, UsageError } from '../command-error.ts'
import { addConnectionOptions, type Connection, type ConnectionOptions, findConnection } from '../connection.ts'
import { executionLine, hasEnded } from '../execution-text.ts'
import { addLimitOption, readLimit } from '../limit-option.ts'
import { writeError, writeJson, writeLine } from '../output.ts'
import { recordsOf } from '../record-pages.ts'
import { isNotFound, noSuchTask, readTaskName, taskArgument, taskIdOf } from '../task-id.ts'
import { readExecutionId } from './executions-get.ts'

interface WatchOptions extends ConnectionOptions {
  readonly limit?: string
  readonly json?: boolean
}

/** Pause between two looks, in ms, and how many executions a look reads. */
const [pauseMs, perLook] = [1_000, 20]

/** Adds `duly executions watch`. */
export function addExecutionsWatch(executions: Command): void {
  const watch = executions
    .command('watch')
    .argument('<task>', taskArgument)
    .argument('[execution]', 'the id of one execution')
    .description('Follow the executions of a task: a line whenever one starts or ends.')
  addLimitOption(watch).option('--json', 'print each change as one line of JSON')
  addConnectionOptions(watch)
    .addHelpText(
      'after',
      `
With the id of an execution it ends when that has ended, with exit code 1 if it failed. Otherwise it goes on until Ctrl-C, or
until --limit executions have ended.

  duly executions watch ID
  duly executions watch ID EXECUTION
  duly executions watch ID --limit 1 --json`,
    )
    .action((task: string, execution: string | undefined, options: WatchOptions) =>
      watchCommand(task, execution, options),
    )
}

async function watchCommand(task: string, execution: string | undefined, options: WatchOptions): Promise<void> {
  const name = readTaskName(task)
  const limit = readLimit(options)
  const show = (one: Execution) => (options.json ? writeJson(one) : writeLine(executionLine(one)))
  if (execution !== undefined && limit !== undefined)
    throw new UsageError('--limit is for all executions of a task, and not for one of them.')
  const id = execution === undefined ? undefined : readExecutionId(execution)
  const connection = findConnection(options)
  const taskId = await taskIdOf(connection, name)
  if (id === undefined) return watchTask(connection, taskId, limit, show)
  const found = await getExecution(connection, taskId, id)
  await show(found)
  requireSuccess(await awaitExecution(connection, { execution: found, onChange: show }))
}

/** Prints the changes of a task's executions from now on, until `limit` of them have ended or a person interrupts it. */
async function watchTask(
  connection: Connection,
  taskId: string,
  limit: number | undefined,
  show: (execution: Execution) => Promise<void>,
): Promise<void> {
  // An interruption is the usual end, and no failure.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0))
  await requireTask(connection, taskId)
  /** The status of each execution in the last look. */
  let before: ReadonlyMap<string, string> | undefined
  let remaining = limit ?? Number.POSITIVE_INFINITY
  let isAway = false
  for (;;) {
    try {
      const latest = await look(connection, taskId)
      if (isAway) writeError('The service answers again.')
      isAway = false
      for (const execution of latest.reverse()) {
        if (!isNews(execution, before)) continue
        await show(execution)
        if (hasEnded(execution) && --remaining <= 0) return
      }
      before = new Map(latest.map(({ id, status }) => [id, status]))
    } catch (error) {
      if (isNotFound(error)) throw new CommandError(`Task ${taskId} was deleted.`)
      if (!isTemporary(error)) throw error
      if (!isAway) writeError(`${(error as Error).message} Waiting for it.`)
      isAway = true
    }
    await sleep(pauseMs)
  }
}

const withoutResponse = new URLSearchParams({ response: 'false' })

/** Returns the newest executions of a task, newest first. */
async function look(connection: Connection, taskId: string): Promise<Execution[]> {
  const found: Execution[] = []
  const records = recordsOf<Execution>(connection, `/tasks/${taskId}/executions`, withoutResponse, perLook)
  for await (const execution of records) found.push(execution)
  return found
}

/** Whether an execution has changed since the last look. At the first one, those that have not ended are news. */
const isNews = (execution: Execution, before: ReadonlyMap<string, string> | undefined) =>
  before === undefined ? !hasEnded(execution) : before.get(execution.id) !== execution.status

/** @throws CommandError when there is no such task */
async function requireTask(connection: Connection, taskId: string): Promise<void> {
  await callApi(connection, 'GET', `/tasks/${taskId}`).catch((error) => {
    throw isNotFound(error) ? noSuchTask([taskId], connection) : error
  })
}
