import { type Command, Option } from 'commander'
import { ciCommit } from '../../config/file-variables.ts'
import { callApi } from '../api-client.ts'
import { ApiErrorResponse } from '../api-error.ts'
import { UsageError } from '../command-error.ts'
import { addConnectionOptions, type Connection, type ConnectionOptions } from '../connection.ts'
import { writeError } from '../output.ts'
import { wholeNumber } from '../whole-number.ts'
import { readSetFiles, requireSetName, subjectOf, type TaskSetFiles } from './set-file.ts'
import { lineOf, type Place, SetFileError } from './set-problem.ts'

/** A field that an apply would change. */
export interface FieldChange {
  readonly before: unknown
  readonly after: unknown
  /** Whether somebody has changed it by hand since the last apply. */
  readonly drift: boolean
}

/** What an apply would do with a task. */
export interface Change {
  readonly key: string
  readonly action: 'create' | 'update' | 'move' | 'adopt' | 'delete' | 'pause' | 'keep' | 'unchanged' | 'conflict'
  /** The key before a move; null if it stays. */
  readonly from?: string | null
  readonly task_id: string | null
  readonly name: string
  readonly fields: Readonly<Record<string, FieldChange>>
  /** The names of headers whose secret value changes; `/url` for a secret URL. */
  readonly secrets: readonly string[]
  readonly reason?: string | null
}

/** What an apply of the files would change. */
export interface Plan {
  readonly set: string
  readonly revision: number
  readonly digest: string
  readonly changes: readonly Change[]
  /** Why an apply of this plan would be refused. */
  readonly refused: readonly { readonly code: string; readonly message: string }[]
  readonly warnings: readonly { readonly key: string; readonly message: string }[]
  readonly summary: Readonly<Record<string, number>>
}

/** The options of `addPlanOptions`, as commander parses them. */
export interface PlanOptions extends ConnectionOptions {
  readonly file?: readonly string[]
  readonly set?: string
  readonly prune?: 'delete' | 'pause'
  readonly maxDeletes?: string
  readonly allowEmpty?: boolean
  readonly adopt?: boolean
  readonly json?: boolean
}

/** How long to wait for a plan or an apply of 5,000 tasks, in ms. */
const timeoutMs = 120_000

/** Adds the options that plan and apply share. */
export function addPlanOptions(command: Command): Command {
  command
    .option('-f, --file <file...>', 'YAML or JSON of a task set; several are put together; - reads stdin')
    .option('--set <name>', 'name of the set, instead of that in the file')
    .addOption(
      new Option('--prune [how]', 'delete the tasks of the set that are no longer in the file, or pause them')
        .choices(['delete', 'pause'])
        .preset('delete'),
    )
    .option('--max-deletes <n>', 'prune up to so many tasks (default: 3, or 20 % of the set)')
    .option('--allow-empty', 'accept a file without tasks for a set that has some')
    .option('--adopt', 'take tasks of no set that have the key or the name of a task in the file')
  return addConnectionOptions(command)
}

/** A request for a plan or an apply, without digest and source. */
export interface PlanRequest {
  readonly name: string
  readonly body: Readonly<Record<string, unknown>>
  readonly files: TaskSetFiles
}

/** Reads the files and makes the request of them. @throws UsageError, SetFileError */
export async function readPlanRequest(options: PlanOptions): Promise<PlanRequest> {
  if (options.file === undefined) throw new UsageError('Nothing says which file to read: give -f FILE (see --help).')
  const maxDeletes =
    options.maxDeletes === undefined ? undefined : wholeNumber('--max-deletes', options.maxDeletes, 0, 5_000)
  const files = await readSetFiles(options.file, options.set)
  const body = {
    tasks: Object.fromEntries([...files.tasks].map(([key, { fields }]) => [key, fields])),
    moved: files.moved.map(({ from, to }) => ({ from, to })),
    prune: options.prune ?? false,
    adopt: options.adopt ?? false,
    allow_empty: options.allowEmpty ?? false,
    ...(maxDeletes === undefined ? {} : { max_deletes: maxDeletes }),
  }
  return { name: requireSetName(files), body, files }
}

/** Asks for the plan, and prints its warnings. @throws SetFileError for what is wrong in the files, and what `callApi` throws */
export async function findPlan(connection: Connection, request: PlanRequest): Promise<Plan> {
  return send(connection, request, 'plan', {})
}

/** Applies the files. @param extra digest and source @throws as `findPlan` does, and ApiErrorResponse with a plan */
export function applyPlan(
  connection: Connection,
  request: PlanRequest,
  extra: { readonly digest: string; readonly source: string | undefined },
): Promise<Plan> {
  return send(connection, request, 'apply', extra)
}

/** Returns the source of an apply: what was given, or else the commit that CI builds. */
export const sourceOf = (given: string | undefined): string | undefined => given ?? ciCommit()

async function send(connection: Connection, request: PlanRequest, verb: string, extra: object): Promise<Plan> {
  const { name, body, files } = request
  const path = `/task-sets/${encodeURIComponent(name)}/${verb}`
  try {
    const plan = await callApi<Plan>(connection, 'POST', path, {
      body: JSON.stringify({ ...body, ...extra }),
      timeoutMs,
      rewriteWarning: (text) =>
        text.replaceAll(/\/tasks\/([^/\s]+)/g, (_, key: string) => subjectOf(`/tasks/${key}`).key ?? key),
    })
    if (verb === 'plan') writeWarnings(plan, files)
    return plan
  } catch (error) {
    throw error instanceof ApiErrorResponse && error.errors.length > 0 ? inFiles(error, files) : error
  }
}

function writeWarnings({ warnings }: Plan, files: TaskSetFiles): void {
  for (const { key, message } of warnings) {
    const place = files.tasks.get(key)?.placeOf('')
    writeError(`warning: ${place ? lineOf({ ...place, path: '', key, field: '', message }) : `${key}: ${message}`}`)
  }
}

/** Returns the error of a request as problems of the files, if each of them is about the files. */
function inFiles(error: ApiErrorResponse, files: TaskSetFiles): Error {
  const problems = error.errors.flatMap(({ path, message }) => {
    const subject = subjectOf(path)
    const place = placeIn(files, path, subject.key)
    return place === undefined ? [] : [{ ...place, ...subject, path, message }]
  })
  return problems.length === error.errors.length ? new SetFileError(problems) : error
}

function placeIn(files: TaskSetFiles, path: string, key: string | undefined): Place | undefined {
  if (key !== undefined) return files.tasks.get(key)?.placeOf(path.replace(/^\/tasks\/[^/]*/, ''))
  const [, index] = /^\/moved\/(\d+)/.exec(path) ?? []
  return index === undefined ? undefined : files.moved[Number(index)]?.place
}
