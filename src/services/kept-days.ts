/** For how many days executions that succeeded or were skipped, failed ones, and the answers of all are kept. */
export interface KeptDays {
  readonly execution_days: number
  readonly failure_days: number
  readonly answer_days: number
}

/** The same as it was set; null for what the server says. */
export type SetDays = { readonly [Kind in keyof KeptDays]: number | null }

/** Returns what holds of days that were set: they shorten what the server keeps, and answers go with their executions. */
export function keptDays(set: SetDays, server: KeptDays): KeptDays {
  const execution_days = Math.min(set.execution_days ?? Infinity, server.execution_days)
  const failure_days = Math.min(set.failure_days ?? Infinity, server.failure_days)
  const answer_days = Math.min(set.answer_days ?? Infinity, server.answer_days, Math.max(execution_days, failure_days))
  return { execution_days, failure_days, answer_days }
}
