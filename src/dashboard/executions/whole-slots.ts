import { type ExecutionPage, type ListedExecution, listExecutions } from '../client/executions.ts'

interface PageOf {
  readonly status: string
  /** Counted from 1. */
  readonly page: number
  readonly count: number
}

/**
 * Reads one page of the executions of a task, newest first, with the attempts at a slot together: a slot is on the page of its
 * newest attempt. With a status, whose lists lack the other attempts, pages are as the API has them.
 */
export async function readWholeSlots(id: string, asked: PageOf, signal: AbortSignal): Promise<ExecutionPage> {
  const { status, page } = asked
  if (status !== '') return listExecutions(id, asked, signal)
  const [before, here] = await Promise.all([
    page === 1 ? undefined : listExecutions(id, { ...asked, page: page - 1, fields: 'slot_id' }, signal),
    listExecutions(id, asked, signal),
  ])
  const begun = new Set(before?.records.map(({ slot_id }) => slot_id))
  const own = here.records.filter(({ slot_id }) => !begun.has(slot_id))
  const whole = { ...here, before: (page - 1) * asked.count + here.records.length - own.length }
  if (!lacksAttempts(own)) return { ...whole, records: own }
  const { records: next } = await listExecutions(id, { ...asked, page: page + 1 }, signal)
  const slots = new Set(own.map(({ slot_id }) => slot_id))
  const known = new Set(own.map((execution) => execution.id))
  // An execution that came in between has moved the last one to the next page.
  const rest = next.filter((execution) => slots.has(execution.slot_id) && !known.has(execution.id))
  return { ...whole, records: [...own, ...rest] }
}

/** Whether the first attempt at a slot of these executions is not among them. */
function lacksAttempts(executions: readonly ListedExecution[]): boolean {
  const begun = new Set(executions.filter(({ attempt }) => attempt === 1).map(({ slot_id }) => slot_id))
  return executions.some(({ slot_id }) => !begun.has(slot_id))
}
