import type { ExecutionRead } from '../../executions/model.ts'
import { traceUrlHeader } from '../../formats/trace-context.ts'
import { type Execution, type OpenAlert, query, send, type TaskFailing, taskPath } from './api.ts'
import { traceTemplate } from './trace-template.ts'

/** The fields of an execution that a list shows. What was answered is not among them but for its beginning. */
const listedFields = [
  ...(['id', 'slot_id', 'status', 'status_code', 'response', 'error', 'scheduled_for'] as const),
  ...(['attempt', 'missed_slots', 'duration_ms', 'queued_for', 'started_at', 'created_at'] as const),
]
/** So many characters of a response fit into a line. */
const previewCharacters = 120

/** An execution in a list: of its response it has the beginning. */
export type ListedExecution = Pick<Execution, (typeof listedFields)[number]>

export type { ExecutionRead }

/** Whether an execution is the first attempt of a run by hand: that is for the time at which it was asked for, not for a slot. */
export const isByHand = ({
  id,
  slot_id,
  scheduled_for,
  created_at,
}: Pick<Execution, 'id' | 'slot_id' | 'scheduled_for' | 'created_at'>): boolean =>
  id === slot_id && scheduled_for === created_at

/** One page of executions, and the number of all. */
export interface ExecutionPage {
  readonly total_count: number
  /** How many stand on the pages before, where those are not all of one size. */
  readonly before?: number
  readonly records: readonly ListedExecution[]
}

/** Lists executions of a task, newest first; `status` is '' for all, `page` is counted from 1, `fields` are all of a list by default. */
export async function listExecutions(
  id: string,
  { page, ...rest }: { status: string; page: number; count: number; fields?: string },
  signal: AbortSignal,
): Promise<ExecutionPage> {
  const usual = { fields: listedFields.join(), response_characters: previewCharacters }
  const path = `${taskPath(id)}/executions?${query({ pageNumber: page - 1, ...usual, ...rest })}`
  const { body, headers } = await send<ExecutionPage>('GET', path, { signal })
  traceTemplate.value = headers.get(traceUrlHeader)
  return body
}

/** What is wrong with a task: its open alerts, and since when and how often it fails, null if it does not. */
export interface TaskTrouble {
  readonly alerts: readonly OpenAlert[]
  readonly failing: TaskFailing | null
}

/** Reads what is wrong with a task, in one request: it is asked for again and again. */
export async function readTrouble(id: string, signal: AbortSignal): Promise<TaskTrouble> {
  const path = `/tasks?${query({ id, include: 'alerts,failing', fields: 'id', pageNumber: 0, count: 1 })}`
  const [found] = (await send<TaskTrouble[]>('GET', path, { signal })).body
  return { alerts: found?.alerts ?? [], failing: found?.failing ?? null }
}

/** Stops waiting for the answer of a run. @throws ApiError, 409 if it has ended */
export async function stopExecution({ task_id, id }: Execution): Promise<void> {
  await send('POST', `${taskPath(task_id)}/executions/${id}/stop`)
}

/** Reads an execution with its answer. @throws ApiError, 404 if there is none, or none any more */
export async function readExecution(taskId: string, id: string, signal: AbortSignal): Promise<ExecutionRead> {
  const path = `${taskPath(taskId)}/executions/${encodeURIComponent(id)}`
  const { body, headers } = await send<ExecutionRead>('GET', path, { signal })
  traceTemplate.value = headers.get(traceUrlHeader)
  return body
}
