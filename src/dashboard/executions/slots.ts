import type { ListedExecution } from '../client/executions.ts'

/** One run of a task by its schedule, and its attempts, newest first. */
export interface Slot {
  readonly id: string
  readonly attempts: readonly ListedExecution[]
}

/** Groups executions by slot, in the order of each slot's newest attempt. */
export function bySlot(executions: readonly ListedExecution[]): Slot[] {
  const slots = new Map<string, ListedExecution[]>()
  for (const execution of executions) {
    const attempts = slots.get(execution.slot_id)
    if (attempts) attempts.push(execution)
    else slots.set(execution.slot_id, [execution])
  }
  return [...slots].map(([id, attempts]) => ({ id, attempts }))
}

/**
 * `attempt 2`, or `attempt 2, sent again` for the redelivery of an attempt whose replica was lost; '' for the only attempt
 * at its slot.
 */
export function attemptLabel(execution: ListedExecution, { attempts }: Slot): string {
  const { attempt } = execution
  const older = attempts.slice(attempts.indexOf(execution) + 1)
  if (older.some((one) => one.attempt === attempt)) return `attempt ${attempt}, sent again`
  return attempts.length > 1 || attempt > 1 ? `attempt ${attempt}` : ''
}
