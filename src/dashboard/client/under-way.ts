import type { Execution } from './api.ts'

/** Whether an execution runs, or waits to be sent: until it has ended, its task runs no other. */
export const isUnderWay = ({ status }: Pick<Execution, 'status'>): boolean =>
  status === 'queued' || status === 'started'
