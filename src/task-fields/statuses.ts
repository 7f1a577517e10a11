/** The statuses that a task may have. Only active tasks run by their schedule. */
export const statuses = ['active', 'paused', 'disabled'] as const
/** The status of a task. */
export type Status = (typeof statuses)[number]
