import type { Overview } from '../client/overview.ts'

/** How many tasks are failing: those that are not tried again are not among them. */
export const failingCount = ({ recent, older }: Overview['failing_groups']): number => recent.tasks + older.tasks
