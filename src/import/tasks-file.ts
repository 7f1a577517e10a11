import { Document, Scalar, visit } from 'yaml'
import { stateOf } from './job-state.ts'
import type { ImportedJob, ImportedTask, ImportResult, Remark } from './model.ts'
import type { Reference } from './text.ts'
import { escapeTexts, oneLine, unprintable, writeText } from './write-text.ts'

/** What a tasks file is made with. */
export interface TasksFileOptions {
  /** The name of the set. */
  readonly set: string
  /** The command that makes the file, such as `duly import cronjob`. */
  readonly command: string
}

/**
 * Writes the tasks file of a result: the tasks in the order of the input with their notes as comments; those of jobs that need a
 * person as comments, with the reasons; and the secrets and variables to set.
 */
export function writeTasksFile({ jobs, secrets, variables }: ImportResult, { set, command }: TasksFileOptions): string {
  const count = jobs.filter((job) => /^(ready|noted)$/.test(stateOf(job))).length
  const live = jobs.filter((job) => stateOf(job) !== 'other')
  const blocks = live.map(writeJob)
  const hasTasks = live.some((job) => stateOf(job) !== 'person')
  return [
    `# Made by ${command}: ${count} of ${jobs.length} jobs are tasks here.`,
    `# Look at what it would change with: duly plan -f THIS_FILE`,
    `set: ${set}`,
    hasTasks ? 'tasks:' : 'tasks: {}',
    ...blocks.flatMap((block) => [block, '']),
    ...referenceList('Secrets to set, with duly secret set NAME', secrets),
    ...referenceList('Variables to set in the environment of duly plan and duly apply', variables),
  ]
    .join('\n')
    .replace(/\n*$/, '\n')
}

function writeJob(job: ImportedJob): string {
  const needsPerson = stateOf(job) === 'person'
  const title = `# ${placeOf(job)}${needsPerson ? ' needs a person:' : ''}`
  const remarks = [
    ...job.reasons.map((remark) => `#   ${remarkText(remark)}`),
    ...job.notes.map((remark) => `#   ${needsPerson ? 'Note, ' : ''}${remarkText(remark)}`),
  ]
  const tasks = job.tasks.flatMap((task) => writeTask(task).split('\n'))
  const lines = [title, ...remarks, ...(needsPerson ? tasks.map((line) => `# ${line}`) : tasks)]
  return lines.map((line) => (line === '' ? '' : `  ${line}`)).join('\n')
}

/** Describes a job with its place: `CronJob shop/reindex (jobs.yaml, line 12)`. */
export function placeOf({ source, file, line }: ImportedJob): string {
  const place = `${file === undefined ? '' : `${file}, `}line ${line}`
  // A line of a crontab has no other name.
  return oneLine(source === `line ${line}` ? place : `${source} (${place})`)
}

const remarkText = ({ text, line }: Remark) => oneLine(`line ${line}: ${text}`)

/** Returns the fields of a task as a tasks file has them. */
export function taskFields({ request, fields }: ImportedTask): Readonly<Record<string, unknown>> {
  const header = Object.entries(request.header).map(([name, value]) => [name, writeText(value)])
  return {
    url: writeText(request.url),
    method: request.method,
    ...(header.length === 0 ? {} : { header: Object.fromEntries(header) }),
    ...(request.payload === null ? {} : { payload: writeText(request.payload) }),
    ...(escapeTexts({ ...request.fields, ...fields }) as Readonly<Record<string, unknown>>),
  }
}

function writeTask(task: ImportedTask): string {
  const document = new Document({ [task.key]: taskFields(task) }, { compat: 'yaml-1.1', aliasDuplicateObjects: false })
  visit(document, {
    Scalar(_, node) {
      // In other styles a line end of CR LF would be read as LF, blanks at the end of a line may be lost, and what is
      // invisible would stay so.
      if (typeof node.value === 'string' && /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|^\s|[ \t](\n|$)/u.test(node.value))
        node.type = Scalar.QUOTE_DOUBLE
    },
    Map(_, node) {
      // Short lists and policies on one line.
      if (node !== document.contents && JSON.stringify(node.toJSON()).length <= 60) node.flow = true
    },
    Seq(_, node) {
      node.flow = true
    },
  })
  return document
    .toString({ lineWidth: 0 })
    .trimEnd()
    .replace(unprintable, (character) => (character === '\n' ? character : escaped(character)))
}

const escaped = (character: string) => {
  const code = (character.codePointAt(0) as number).toString(16)
  return code.length <= 4 ? `\\u${code.padStart(4, '0')}` : `\\U${code.padStart(8, '0')}`
}

function referenceList(title: string, references: readonly Reference[]): string[] {
  if (references.length === 0) return []
  return [`# ${title}:`, ...references.map((reference) => `#   ${referenceText(reference)}`)]
}

/** Describes a reference with where its value is: `SHOP_API_TOKEN: key token of Secret shop/api`. */
export function referenceText({ name, from, basicOf }: Reference): string {
  return oneLine(`${name}: ${basicOf === undefined ? from : `base64 of ${writeText(basicOf)}`}`)
}
