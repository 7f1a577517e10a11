import { type JobState, jobStates, stateOf } from './job-state.ts'
import type { ImportedJob, ImportResult, Remark } from './model.ts'
import { quoteWord } from './quote-word.ts'
import { placeOf, referenceText } from './tasks-file.ts'
import type { Reference } from './text.ts'
import { oneLine, writeText } from './write-text.ts'

/** What to do after an import, as the commands of the importer's kind. */
export interface NextSteps {
  /** The tasks file; undefined if it was written to stdout. */
  readonly output: string | undefined
  /** Lines that suspend what was imported, and those that take it back. */
  readonly suspend: readonly string[]
  readonly resume: readonly string[]
  /** The line that sets the secrets; undefined if each is set by itself. */
  readonly setSecrets: string | undefined
}

const titles: Readonly<Record<JobState, string>> = {
  ready: 'Ready',
  noted: 'Ready, with notes',
  person: 'Need a person',
  other: 'Left where they are (no HTTP request)',
}

/** A note that stands for many jobs is told once. */
const manyJobs = 3

/** Writes the report of an import for people. */
export function writeReport({ jobs, secrets, variables }: ImportResult, steps: NextSteps): string {
  const groups = groupsOf(jobs)
  const shared = sharedNotes(jobs)
  const counts = jobStates.map((state) => `${groups[state].length} ${counted[state]}`).join(', ')
  const lines = [`${jobs.length} ${jobs.length === 1 ? 'job' : 'jobs'}: ${counts}.`]
  for (const state of jobStates) {
    if (groups[state].length === 0) continue
    lines.push('', `${titles[state]}:`)
    for (const job of groups[state]) lines.push(...jobLines(job, shared))
  }
  if (shared.size > 0) {
    lines.push('', 'Notes on several jobs:')
    for (const [text, count] of shared) lines.push(`  ${count} jobs: ${oneLine(text)}`)
  }
  lines.push(...referenceLines('Secrets to set', secrets), ...referenceLines('Variables to set', variables))
  if (groups.ready.length + groups.noted.length > 0) lines.push('', 'Next:', ...nextLines(steps, secrets, variables))
  return lines.join('\n')
}

const counted: Readonly<Record<JobState, string>> = {
  ready: 'ready',
  noted: 'ready with notes',
  person: 'need a person',
  other: 'left where they are',
}

function groupsOf(jobs: readonly ImportedJob[]): Readonly<Record<JobState, readonly ImportedJob[]>> {
  const groups: Record<JobState, ImportedJob[]> = { ready: [], noted: [], person: [], other: [] }
  for (const job of jobs) groups[stateOf(job)].push(job)
  return groups
}

/** Returns the notes that more than a few jobs have, and how many have each. */
function sharedNotes(jobs: readonly ImportedJob[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const job of jobs)
    for (const text of new Set(job.notes.map((note) => note.text))) counts.set(text, (counts.get(text) ?? 0) + 1)
  return new Map([...counts].filter(([, count]) => count > manyJobs))
}

function jobLines(job: ImportedJob, shared: ReadonlyMap<string, number>): string[] {
  const calls =
    job.reasons.length > 0
      ? []
      : job.tasks.map(({ key, request }) => `${key}: ${request.method} ${writeText(request.url)}`)
  const remark = ({ text, line }: Remark) => `    line ${line}: ${oneLine(text)}`
  return [
    `  ${placeOf(job)}`,
    ...calls.map((call) => `    ${oneLine(call)}`),
    ...job.reasons.map(remark),
    ...job.notes.filter(({ text }) => !shared.has(text)).map(remark),
  ]
}

function referenceLines(title: string, references: readonly Reference[]): string[] {
  if (references.length === 0) return []
  return ['', `${title}:`, ...references.map((reference) => `  ${referenceText(reference)}`)]
}

/** Tasks are created paused by it, and are active again once it is gone, because a field that a set owned returns to its default. */
const pausedLine = 'defaults: {status: paused}'

function nextLines(steps: NextSteps, secrets: readonly Reference[], variables: readonly Reference[]): string[] {
  const file = steps.output === undefined ? 'TASKS_FILE' : quoteWord(steps.output)
  const todo: string[][] = []
  if (secrets.length > 0) todo.push(['Set the secrets:', steps.setSecrets ?? 'duly secret set NAME'])
  if (variables.length > 0)
    todo.push(['Set the variables:', ...variables.slice(0, 20).map(({ name }) => `export ${name}=…`)])
  const apply = `duly apply -f ${file}`
  todo.push(
    [
      `Add the line "${pausedLine}" to the file, so that nothing is called twice, and see what would change:`,
      `duly plan -f ${file}`,
    ],
    ['Create the tasks, paused:', apply],
    ['Call one now:', 'duly task run KEY --wait'],
    ...(steps.suspend.length > 0
      ? [['Suspend the CronJobs that are tasks now (in git, if they are applied from there):', ...steps.suspend]]
      : [['Switch the jobs that are tasks now off where they run.']]),
    ['Take the line out of the file. The tasks run:', apply],
    steps.resume.length > 0
      ? [
          'To go back, add the line again, so that the tasks are paused, and resume the CronJobs:',
          apply,
          ...steps.resume,
        ]
      : ['To go back, add the line again, so that the tasks are paused, and switch the jobs on:', apply],
  )
  return todo.flatMap(([title, ...commands], at) => [
    `  ${at + 1}. ${title}`,
    ...commands.map((command) => `       ${oneLine(command)}`),
  ])
}
