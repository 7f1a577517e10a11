/** The statuses of a task. */
export const statuses = ['active', 'paused', 'disabled'] as const
export type Status = (typeof statuses)[number]
