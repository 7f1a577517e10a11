import { ConfigError } from '../config-error.ts'
import type { Environment } from './environment.ts'

/**
 * Reads how long executions and their answers are kept, and how much of a task.
 * @throws ConfigError for values that cannot be used together
 */
export function readRetention(env: Environment) {
  const executionRetentionDays = env.whole('EXECUTION_RETENTION_DAYS', 30, 1, 3650)
  const failureRetentionDays = env.whole('FAILURE_RETENTION_DAYS', executionRetentionDays, 1, 3650)
  const answerRetentionDays = env.whole('ANSWER_RETENTION_DAYS', failureRetentionDays, 1, 3650)
  if (failureRetentionDays < executionRetentionDays)
    throw new ConfigError(
      `FAILURE_RETENTION_DAYS is ${failureRetentionDays} and EXECUTION_RETENTION_DAYS is ${executionRetentionDays}: failed executions are kept as long as the others, or longer. Set FAILURE_RETENTION_DAYS to ${executionRetentionDays} or more, or EXECUTION_RETENTION_DAYS lower.`,
    )
  if (answerRetentionDays > failureRetentionDays)
    throw new ConfigError(
      `ANSWER_RETENTION_DAYS is ${answerRetentionDays}, but executions are kept for ${failureRetentionDays} days at most, and answers go with them. Set it to ${failureRetentionDays} or less, or FAILURE_RETENTION_DAYS higher.`,
    )
  const taskHistoryBytes = readHistoryBytes(env)
  return { executionRetentionDays, failureRetentionDays, answerRetentionDays, taskHistoryBytes }
}

/** Reads the most that the history of a task may take. Less than some answers would drop the latest one at once. */
function readHistoryBytes(env: Environment): number {
  const least = 1_000_000
  const bytes = env.whole('TASK_HISTORY_BYTES', 0, 0, 1_000_000_000_000)
  if (bytes > 0 && bytes < least)
    throw new ConfigError(`TASK_HISTORY_BYTES is "${bytes}", but it must be 0 for no cap, or ${least} or more.`)
  return bytes
}
