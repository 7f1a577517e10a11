/** What becomes of slots that were missed: one run for all of them, a run for each, or none. */
export const missedChoices = ['one', 'all', 'none'] as const

/** How many missed slots run one after the other at most, for a task that runs them all. Older ones are counted only. */
export const missedRunsAtMost = 100
