import { type JobState, jobStates, stateOf } from './job-state.ts'
import type { ImportResult } from './model.ts'
import { taskFields } from './tasks-file.ts'
import type { Reference } from './text.ts'
import { writeText } from './write-text.ts'

/** Returns the result of an import for programs: the report, with the tasks as the tasks file has them. */
export function reportJson({ jobs, secrets, variables }: ImportResult, set: string): Readonly<Record<string, unknown>> {
  const summary = Object.fromEntries(
    jobStates.map((state) => [state, jobs.filter((job) => stateOf(job) === state).length]),
  )
  return {
    set,
    summary: summary satisfies Record<string, number> as Record<JobState, number>,
    jobs: jobs.map((job) => ({
      source: job.source,
      file: job.file ?? null,
      line: job.line,
      state: stateOf(job),
      reasons: job.reasons,
      notes: job.notes,
      tasks: Object.fromEntries(job.tasks.map((task) => [task.key, taskFields(task)])),
    })),
    secrets: secrets.map(describeReference),
    variables: variables.map(describeReference),
  }
}

const describeReference = ({ name, from, basicOf }: Reference) => ({
  name,
  from,
  ...(basicOf === undefined ? {} : { base64_of: writeText(basicOf) }),
})
