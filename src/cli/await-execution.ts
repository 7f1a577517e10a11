import { setTimeout as sleep } from 'node:timers/promises'
import type { Execution } from '../executions/model.ts'
import { callApi } from './api-client.ts'
import { ApiErrorResponse, UnreachableError } from './api-error.ts'
import { CommandError } from './command-error.ts'
import type { Connection } from './connection.ts'
import { hasEnded } from './execution-text.ts'
import { printable } from './printable.ts'
import { isNotFound } from './task-id.ts'

/** Pauses between polls, in ms: short at first, for executions that end soon, then growing. */
const [firstPauseMs, longestPauseMs] = [100, 2_000]

/** Whether an error may be over when a request is sent again: the service is unreachable, or responds 429 or 5xx. */
export const isTemporary = (error: unknown): boolean =>
  error instanceof UnreachableError ||
  (error instanceof ApiErrorResponse && (error.status >= 500 || error.status === 429))

/** Returns one execution. @throws what `callApi` throws */
export const getExecution = (connection: Connection, taskId: string, id: string) =>
  callApi<Execution>(connection, 'GET', `/tasks/${taskId}/executions/${id}`)

/** What to wait for. */
interface Wait {
  /** The execution as it was read last. */
  readonly execution: Execution
  /** Longest time to wait, in seconds; undefined for any time. */
  readonly seconds?: number
  /** Is called when the status has changed. */
  readonly onChange?: (execution: Execution) => Promise<void>
}

/**
 * Polls until an execution has ended, and returns it. Goes on while the service is unreachable or responds 5xx.
 * @throws CommandError when the time is over or the execution was deleted
 */
export async function awaitExecution(
  connection: Connection,
  { execution, seconds, onChange }: Wait,
): Promise<Execution> {
  const deadline = performance.now() + (seconds ?? Number.POSITIVE_INFINITY) * 1_000
  let latest = execution
  for (let pauseMs = firstPauseMs; !hasEnded(latest); pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)) {
    const remainingMs = deadline - performance.now()
    if (remainingMs <= 0)
      throw new CommandError(
        `Execution ${printable(`${execution.id} is ${latest.status}`)} and has not ended within ${seconds} s. It goes on without this command.`,
      )
    await sleep(Math.min(pauseMs, remainingMs))
    try {
      const next = await getExecution(connection, execution.task_id, execution.id)
      if (next.status !== latest.status) await onChange?.(next)
      latest = next
    } catch (error) {
      if (isNotFound(error))
        throw new CommandError(`Task ${printable(execution.task_id)} was deleted while its execution ran.`)
      if (!isTemporary(error)) throw error
    }
  }
  return latest
}

/** Throws CommandError unless an execution that has ended was a success. */
export function requireSuccess({ id, status, error }: Execution): void {
  if (status === 'success') return
  throw new CommandError(`The execution ${printable(`${id} has ${verb(status)}: ${error ?? 'no reason given'}`)}.`)
}

const verb = (status: string) => (status === 'skipped' ? 'been skipped' : status)
