import type { Execution } from '../executions/model.ts'
import { printable, printableLines } from './printable.ts'

/** Whether an execution has ended. */
export const hasEnded = ({ status }: Execution): boolean => status !== 'queued' && status !== 'started'

/** Returns the answer that an execution got: "status 200", "no answer"; empty while it has not ended. */
export function answerOf(execution: Execution): string {
  if (!hasEnded(execution) || execution.status === 'skipped') return ''
  return execution.status_code === null ? 'no answer' : `status ${execution.status_code}`
}

/** Returns an execution as one line: id, status, answer, duration, error. */
export function executionLine(execution: Execution): string {
  const { id, status, duration_ms, error } = execution
  const parts = [id, status, answerOf(execution), duration_ms === null ? '' : `${duration_ms} ms`, error ?? '']
  return printable(parts.filter((part) => part !== '').join('  '))
}

/** Formats the headers of a response, one per line. Returns no lines when none are kept. */
export const headerLines = ({ response_header }: Execution): string[] =>
  Object.entries(response_header ?? {}).flatMap(([name, values]) =>
    values.map((value) => printable(`${name}: ${value}`)),
  )

/** Formats the body of a response, or says that it was dropped. Returns no lines when none came. */
export function responseLines({ response, response_truncated, answer_dropped_at }: Execution): string[] {
  if (answer_dropped_at)
    return [
      `(The answer was dropped at ${answer_dropped_at}: it was past its retention, or more than TASK_HISTORY_BYTES allows.)`,
    ]
  const lines = response ? [printableLines(response).trimEnd()] : []
  if (response_truncated) lines.push('(The answer was longer or broke off; this is its beginning.)')
  return lines
}
