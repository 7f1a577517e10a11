import type { Command } from 'commander'
import type { Execution } from '../../executions/model.ts'
import { ApiRefusal, ask, UnreachableError } from '../api-client.ts'
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

/** Pauses between looks, in ms: short for what ends at once, longer for what takes its time. */
const [firstPauseMs, longestPauseMs] = [100, 2_000]

/** Adds `duly task run`. */
export function addTaskRun(task: Command): void {
  const run = task
    .command('run')
    .argument('<id>', 'the id of the task')
    .description('Run a task now, a paused or disabled one too; its schedule stays as it is.')
    .option('--wait', 'wait until the execution has ended, and show what came of it; exit 1 when it failed')
    .option('--timeout <seconds>', 'how long to wait at most, 1 to 86400', '300')
    .option('--json', 'print the execution as JSON')
  addConnectionOptions(run)
    .addHelpText(
      'after',
      '\n--wait is for this one attempt: a failed one of a task with retries is tried again after it.',
    )
    .action((id: string, options: RunOptions) => runCommand(id, options))
}

async function runCommand(text: string, options: RunOptions): Promise<void> {
  const [id = ''] = readIds([text])
  const seconds = wholeNumber('--timeout', options.timeout, 1, 86_400)
  const connection = findConnection(options)
  const queued = await ask<Execution>(connection, 'POST', `/tasks/${id}/executions`).catch((error) => {
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
 * Looks until the execution has ended. A service that is away for a while is asked again.
 * @throws CommandError when the time is over, or the task is gone
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
    const leftMs = deadline - performance.now()
    if (leftMs <= 0)
      throw new CommandError(
        `Execution ${printable(`${queued.id} is ${latest.status}`)} and has not ended within ${seconds} s. It goes on without this command.`,
      )
    await Bun.sleep(Math.min(pauseMs, leftMs))
    try {
      latest = (await findExecution(connection, taskId, queued.id)) ?? latest
    } catch (error) {
      if (isNotFound(error)) throw new CommandError(`Task ${taskId} was deleted while its execution ran.`)
      const passing = error instanceof UnreachableError || (error instanceof ApiRefusal && error.status >= 500)
      if (!passing) throw error
    }
    if (latest.status !== 'queued' && latest.status !== 'started') return latest
  }
}

/** The execution among the task's newest, looking at few first: each may hold 64 KiB of an answer. */
async function findExecution(connection: Connection, taskId: string, id: string): Promise<Execution | undefined> {
  for (const count of [5, 100]) {
    const path = `/tasks/${taskId}/executions?count=${count}`
    const { records } = await ask<{ records: Execution[] }>(connection, 'GET', path)
    const found = records.find((execution) => execution.id === id)
    if (found || records.length < count) return found
  }
  return undefined
}

/** An execution that has ended, for a person to read. */
function inLines(execution: Execution): string {
  const { status, status_code, duration_ms, response, response_truncated } = execution
  const answer = status_code === null ? 'no answer' : `status ${status_code}`
  const lines = [printable(`${execution.id}  ${status}  ${answer}${duration_ms === null ? '' : `  ${duration_ms} ms`}`)]
  if (response) lines.push(printableLines(response).trimEnd())
  if (response_truncated) lines.push('(The answer was longer or broke off; this is its beginning.)')
  return lines.join('\n')
}
