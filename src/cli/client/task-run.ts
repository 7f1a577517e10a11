import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import type { Execution } from '../../executions/model.ts'
import { ApiErrorResponse, callApi, UnreachableError } from '../api-client.ts'
import { CommandError } from '../command-error.ts'
import { addConnectionOptions, type Connection, type ConnectionOptions, findConnection } from '../connection.ts'
import { writeJson, writeLine } from '../output.ts'
import { printable, printableLines } from '../printable.ts'
import { isNotFound, noSuchTask, readIds } from '../task-id.ts'
import { wholeNumber } from '../whole-number.ts'

interface RunOptions extends ConnectionOptions {
  readonly wait?: boolean
  readonly timeout: string
  readonly json?: boolean
}

/** Pauses between polls, in ms: short at first, for executions that end soon, then growing. */
const [firstPauseMs, longestPauseMs] = [100, 2_000]

/** Adds `duly task run`. */
export function addTaskRun(task: Command): void {
  const run = task
    .command('run')
    .argument('<id>', 'the id of the task')
    .description('Run a task now, even a paused or disabled one. Its schedule does not change.')
    .option('--wait', 'wait until the execution has ended, and print its result; exit code 1 if it failed')
    .option('--timeout <seconds>', 'longest time to wait, 1 to 86400', '300')
    .option('--json', 'print the execution as JSON')
  addConnectionOptions(run)
    .addHelpText(
      'after',
      '\n--wait waits for the first attempt only. If the task has retries, a failed attempt is repeated later.',
    )
    .action((id: string, options: RunOptions) => runCommand(id, options))
}

async function runCommand(text: string, options: RunOptions): Promise<void> {
  const [id = ''] = readIds([text])
  const seconds = wholeNumber('--timeout', options.timeout, 1, 86_400)
  const connection = findConnection(options)
  const queued = await callApi<Execution>(connection, 'POST', `/tasks/${id}/executions`).catch((error) => {
    throw isNotFound(error) ? noSuchTask([id], connection) : error
  })
  if (!options.wait) {
    if (options.json) return writeJson(queued)
    return writeLine(`Queued execution ${printable(queued.id)}.`)
  }
  const ended = await waitForEnd(connection, id, queued, seconds)
  await (options.json ? writeJson(ended) : writeLine(inLines(ended)))
  if (ended.status === 'success') return
  throw new CommandError(
    `The execution ${printable(`${ended.id} has ${ended.status}: ${ended.error ?? 'no reason given'}`)}.`,
  )
}

/**
 * Polls until the execution has ended. Goes on while the service is unreachable or responds 5xx.
 * @throws CommandError when the time is over or the task was deleted
 */
async function waitForEnd(
  connection: Connection,
  taskId: string,
  queued: Execution,
  seconds: number,
): Promise<Execution> {
  const deadline = performance.now() + seconds * 1_000
  let latest = queued
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)) {
    const remainingMs = deadline - performance.now()
    if (remainingMs <= 0)
      throw new CommandError(
        `Execution ${printable(`${queued.id} is ${latest.status}`)} and has not ended within ${seconds} s. It goes on without this command.`,
      )
    await sleep(Math.min(pauseMs, remainingMs))
    try {
      latest = (await findExecution(connection, taskId, queued.id)) ?? latest
    } catch (error) {
      if (isNotFound(error)) throw new CommandError(`Task ${taskId} was deleted while its execution ran.`)
      const temporary = error instanceof UnreachableError || (error instanceof ApiErrorResponse && error.status >= 500)
      if (!temporary) throw error
    }
    if (latest.status !== 'queued' && latest.status !== 'started') return latest
  }
}

/** Finds an execution among the newest 100 of a task. Reads 5 first, because each may have a response of 64 KiB. */
async function findExecution(connection: Connection, taskId: string, id: string): Promise<Execution | undefined> {
  for (const count of [5, 100]) {
    const path = `/tasks/${taskId}/executions?count=${count}`
    const { records } = await callApi<{ records: Execution[] }>(connection, 'GET', path)
    const found = records.find((execution) => execution.id === id)
    if (found || records.length < count) return found
  }
  return undefined
}

/** Formats an execution that has ended for a person. */
function inLines(execution: Execution): string {
  const { status, status_code, duration_ms, response, response_truncated } = execution
  const answer = status_code === null ? 'no answer' : `status ${status_code}`
  const lines = [printable(`${execution.id}  ${status}  ${answer}${duration_ms === null ? '' : `  ${duration_ms} ms`}`)]
  if (response) lines.push(printableLines(response).trimEnd())
  if (response_truncated) lines.push('(The answer was longer or broke off; this is its beginning.)')
  return lines.join('\n')
}
