import { stateOf } from '../job-state.ts'
import type { ImportedJob } from '../model.ts'
import { quoteWord } from '../quote-word.ts'

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
      const place = namespace === undefined ? '' : `-n ${quoteWord(namespace)} `
      return `kubectl patch cronjob ${place}${quoteWord(name)} -p '{"spec":{"suspend":${suspend}}}'`
    })
  return { suspend: command(true), resume: command(false) }
}
