import type { ImportedJob, ImportResult } from './model.ts'
import { TaskKeys } from './task-key.ts'
import { usedReferences } from './used-references.ts'

/** Joins the results of several files. A key that two of them have gets a number. */
export function mergeResults(
  parts: readonly { readonly file: string | undefined; readonly result: ImportResult }[],
): ImportResult {
  const keys = new TaskKeys()
  const jobs = parts.flatMap(({ file, result }) =>
    result.jobs.map(
      (job): ImportedJob => ({
        ...job,
        ...(file === undefined ? {} : { file }),
        tasks: job.tasks.map((task) => ({ ...task, key: keys.unique(task.key.split('/')) })),
      }),
    ),
  )
  return { jobs, ...usedReferences(jobs) }
}
