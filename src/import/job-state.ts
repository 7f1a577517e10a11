import type { ImportedJob } from './model.ts'

/** What becomes of a job, from best to worst. */
export const jobStates = ['ready', 'noted', 'person', 'other'] as const
/** `ready`, `noted` (ready with notes), `person` (needs a person), or `other` (no HTTP request: left where it is). */
export type JobState = (typeof jobStates)[number]

/** Returns what becomes of a job. */
export function stateOf(job: ImportedJob): JobState {
  if (job.reasons.length > 0) return 'person'
  if (job.isOther || job.tasks.length === 0) return 'other'
  return job.notes.length > 0 ? 'noted' : 'ready'
}
