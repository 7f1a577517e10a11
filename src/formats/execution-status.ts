import { oneOf } from './schema.ts'

/** Schema of the status of an execution. */
export const ExecutionStatus = oneOf('ExecutionStatus', ['queued', 'started', 'success', 'failed', 'skipped'] as const)
