import { traceparentOf } from '../../formats/trace-context.ts'
import type { Claimed } from '../../transitions/claimed.ts'

/**
 * Returns the headers by which a target, and a trace of it, find an execution.
 * @param isSampled which traces are sampled; undefined if calls are not part of traces
 */
export function identityHeaders(
  { slot_id, task_id, execution_id: id, scheduled_for, attempt }: Claimed,
  isSampled: ((traceId: string) => boolean) | undefined,
): Record<string, string> {
  const headers: Record<string, string> = {
    'Idempotency-Key': slot_id,
    'Duly-Task-Id': task_id,
    'Duly-Execution-Id': id,
    'Duly-Scheduled-For': scheduled_for,
    'Duly-Attempt': String(attempt),
  }
  if (isSampled) headers.traceparent = traceparentOf({ id, slot_id, attempt }, isSampled)
  return headers
}
