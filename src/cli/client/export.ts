import { Command } from 'commander'
import { kindOf } from '../../schedule/kind.ts'
import { callApi, listTasks } from '../api-client.ts'
import { ApiErrorResponse } from '../api-error.ts'
import { UsageError } from '../command-error.ts'
import { addConnectionOptions, type Connection, type ConnectionOptions, findConnection } from '../connection.ts'
import { addLabelOption, labelParameters } from '../label-option.ts'
import { write, writeError, writeJson } from '../output.ts'
import { printable } from '../printable.ts'
import { allOf } from '../record-pages.ts'
import { forEachTask, noSuchTask, readTaskNames, taskPath } from '../task-id.ts'
import { type ExportedFile, type ExportedTask, exportFile, type TaskOfSet } from './export-file.ts'
import { keyOfName } from './export-key.ts'
import { membersOf } from './task-set.ts'

interface ExportOptions extends ConnectionOptions {
  readonly set?: string
  readonly label?: readonly string[]
  readonly all?: boolean
  readonly variables?: boolean
  readonly json?: boolean
}

/** Creates `duly export`. */
export function exportCommand(): Command {
  const command = new Command('export')
    .argument('[task...]', 'keys or ids of tasks')
    .description('Print tasks as a file for duly plan and duly apply, which plans to no changes.')
    .option('--set <name>', 'the tasks of this set')
    .option('--all', 'all tasks')
  addLabelOption(command)
    .option(
      '--variables',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of variables in files
      'write ${NAME} for secret values, to move to another service, and list what to set on stderr',
    )
    .option('--json', 'print JSON instead of YAML')
  return addConnectionOptions(command)
    .addHelpText(
      'after',
      `
The file has the fields that differ from their defaults. A secret value is ********, which keeps the stored one. A task without a
key gets one that is made of its name; duly plan --adopt then takes the task by its name.

  duly export --all > tasks.yaml && duly plan -f tasks.yaml --set shop-prod --adopt
  duly export --set shop-prod > tasks.yaml`,
    )
    .action((texts: string[], options: ExportOptions) => exportAction(texts, options))
}

async function exportAction(texts: readonly string[], options: ExportOptions): Promise<void> {
  const ways = [texts.length > 0, options.all, options.set !== undefined, options.label !== undefined].filter(Boolean)
  if (ways.length !== 1) throw new UsageError('Say which tasks: keys or ids, --set, --label or --all, one of them.')
  const names = readTaskNames(texts)
  const connection = findConnection(options)
  const { tasks, count, missing } = await selected(connection, names, options)
  const { set, variables = false } = options
  const hasRun = ({ task }: ExportedTask) => kindOf(task) === 'once' && task.scheduled_at === null
  const written = tasks.filter((one) => !hasRun(one))
  const file = exportFile(written, { set, variables, countOfName: (name) => count.get(name) ?? 1 })
  const comments = [...tasks.filter(hasRun).map(({ key }) => ranComment(key)), ...missing.map(deletedComment)]
  // JSON has no comments.
  if (options.json) for (const comment of comments) writeError(comment)
  await (options.json ? writeJson(file.value) : write(file.yaml + comments.map((line) => `# ${line}\n`).join('')))
  if (variables) writeNeeded(file)
}

const deletedComment = (key: string) =>
  `${printable(key)} was deleted by hand: with the next apply it is created again.`
const ranComment = (key: string) =>
  `${printable(key)} is left out: it runs once and has run. A file with its time could run it again.`

interface Selected {
  readonly tasks: readonly ExportedTask[]
  /** How many tasks have each name. */
  readonly count: ReadonlyMap<string, number>
  /** Keys of the set whose tasks were deleted. */
  readonly missing: readonly string[]
}

async function selected(connection: Connection, names: readonly string[], options: ExportOptions): Promise<Selected> {
  if (options.set !== undefined) return tasksOfSet(connection, options.set)
  const tasks = names.length > 0 ? await tasksNamed(connection, names) : await tasksListed(connection, options)
  if (tasks.every(({ key }) => key !== null))
    return { tasks: withKeys(tasks, new Set()), count: new Map(), missing: [] }
  // Keys are made of names, so all keys and names of the service matter.
  const all = options.all ? tasks : await tasksOf(connection, new URLSearchParams({ fields: 'id,key,name' }))
  const count = new Map<string, number>()
  for (const { name } of all) count.set(name, (count.get(name) ?? 0) + 1)
  return { tasks: withKeys(tasks, new Set(all.flatMap(({ key }) => key ?? []))), count, missing: [] }
}

async function tasksNamed(connection: Connection, names: readonly string[]): Promise<TaskOfSet[]> {
  const found = new Map<string, TaskOfSet>()
  const missing = await forEachTask(names, async (name) => {
    const task = await callApi<TaskOfSet>(connection, 'GET', taskPath(name))
    found.set(task.id, task)
  })
  if (missing.length > 0) throw noSuchTask(missing, connection)
  return [...found.values()]
}

/** Returns the tasks with these labels, or all. A service of an earlier version does not say which set they belong to. */
async function tasksListed(connection: Connection, options: ExportOptions): Promise<TaskOfSet[]> {
  const parameters = labelParameters(options)
  return tasksOf(connection, new URLSearchParams([...parameters, ['include', 'set']])).catch((error) => {
    const isUnknown = error instanceof ApiErrorResponse && error.errors.some(({ path }) => path === '/include')
    if (!isUnknown) throw error
    return tasksOf(connection, new URLSearchParams(parameters))
  })
}

const tasksOf = (connection: Connection, query: URLSearchParams) =>
  allOf(listTasks(connection, query) as AsyncGenerator<TaskOfSet>)

async function tasksOfSet(connection: Connection, set: string): Promise<Selected> {
  const members = await allOf(membersOf(connection, set, false))
  const keys = new Map(members.map(({ task_id, key }) => [task_id, key]))
  const all = members.length === 0 ? [] : await tasksOf(connection, new URLSearchParams())
  const tasks = all.flatMap((task) => {
    const key = keys.get(task.id)
    return key === undefined ? [] : [{ key, task }]
  })
  return { tasks, count: new Map(), missing: members.filter(({ missing }) => missing).map(({ key }) => key) }
}

/** Gives each task without a key one that no other has. @param taken the keys of the service */
function withKeys(tasks: readonly TaskOfSet[], taken: Set<string>): ExportedTask[] {
  return tasks.map((task) => {
    const key = task.key ?? keyOfName(task.name, taken)
    taken.add(key)
    return { key, task }
  })
}

/** Lists on stderr what another service needs before the file can be applied there. */
function writeNeeded({ variables, value }: ExportedFile): void {
  for (const { name, of } of variables) writeError(`set ${name}: ${of}`)
  const text = JSON.stringify(Object.values(value.tasks).map(({ header }) => header))
  const secrets = new Set(
    [...text.matchAll(/(?<!\$)\$\{secret\.([A-Za-z0-9_-]+)\}/g)].map(([, name]) => name as string),
  )
  for (const name of [...secrets].sort()) writeError(`duly secret set ${name}: a named secret`)
  const namesOf = (field: 'tls_profile' | 'flow' | 'calendar') =>
    [
      ...new Set(Object.values(value.tasks).flatMap(({ [field]: name }) => (typeof name === 'string' ? [name] : []))),
    ].sort()
  for (const name of namesOf('tls_profile')) writeError(`duly tls-profile set ${name}: a TLS profile`)
  for (const name of namesOf('flow')) writeError(`duly flow set ${name}: a flow`)
  for (const name of namesOf('calendar')) writeError(`duly calendar set ${name}: a calendar`)
}
