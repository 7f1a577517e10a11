import { stateOf } from '../job-state.ts'
import type { ImportedJob } from '../model.ts'

/**
 * Returns the commands that suspend the CronJobs which are tasks now, and those that take it back. A CronJob that is suspended
 * already is left out.
 */
export function suspendCommands(jobs: readonly ImportedJob[]): {
  readonly suspend: readonly string[]
  readonly resume: readonly string[]
} {
  const names = jobs.flatMap((job) => {
    const [, namespace, name] = /^CronJob (?:([^/]*)\/)?(.+)$/.exec(job.source) ?? []
    const isTask = /^(ready|noted)$/.test(stateOf(job)) && job.tasks.every(({ fields }) => fields.status !== 'paused')
    return isTask && name !== undefined ? [{ namespace, name }] : []
  })
  const command = (suspend: boolean) =>
    names.map(({ namespace, name }) => {
      const place = namespace === undefined ? '' : `-n ${quoted(namespace)} `
      return `kubectl patch cronjob ${place}${quoted(name)} -p '{"spec":{"suspend":${suspend}}}'`
    })
  return { suspend: command(true), resume: command(false) }
}

/** A word of a shell. Names of Kubernetes need no quotation marks, but the input may hold others. */
const quoted = (word: string) => (/^\w[\w.-]*$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)
