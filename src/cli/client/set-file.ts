import type { Variables } from '../../config/environment.ts'
import { fileVariables } from '../../config/file-variables.ts'
import { escapePointer } from '../../formats/json-pointer.ts'
import { CommandError, UsageError } from '../command-error.ts'
import { decode, readInput } from '../read-input.ts'
import { type Fields, readDefaults, readTask, withDefaults } from './set-fields.ts'
import { type Place, type Problem, SetFileError } from './set-problem.ts'
import { fillIn } from './set-variables.ts'
import { readLocatedYaml } from './set-yaml.ts'

/** Largest file of a task set, in MiB: what one request may have. */
const maxMiB = 16

/** A task of the files. */
export interface SetTask {
  /** Its fields as the API takes them. */
  readonly fields: Fields
  /** Where a field stands, by its pointer from the task: `/header/X-Team`. The empty pointer is the task. */
  readonly placeOf: (pointer: string) => Place
}

/** A task set as its files state it. */
export interface TaskSetFiles {
  /** The name that the files state; undefined if none does. */
  readonly set: string | undefined
  readonly tasks: ReadonlyMap<string, SetTask>
  readonly moved: readonly { readonly from: string; readonly to: string; readonly place: Place }[]
}

/**
 * Reads the files of one task set, in YAML or JSON; `-` is stdin.
 * @param given name of the set that the command line gives, which counts more than those in the files
 * @throws UsageError when a file cannot be read, SetFileError with every problem of the files
 */
export async function readSetFiles(
  sources: readonly string[],
  given?: string,
  variables: Variables = fileVariables(),
): Promise<TaskSetFiles> {
  const merged = new Merged(variables, given)
  for (const source of sources) {
    const bytes = await readInput('--file', source, maxMiB)
    merged.add(source === '-' ? 'stdin' : source, decode('--file', bytes).replace(/^\ufeff/, ''))
  }
  return merged.result()
}

/** The parts of a file, each with the documents' own defaults applied, put together. */
class Merged {
  readonly #problems: Problem[] = []
  readonly #tasks = new Map<string, SetTask>()
  readonly #moved: { from: string; to: string; place: Place }[] = []
  #set: ({ readonly name: string } & Place) | undefined
  #hasTasks = false

  constructor(
    readonly variables: Variables,
    readonly given: string | undefined,
  ) {}

  /** Reads the text of a file. */
  add(file: string, text: string): void {
    const fill = (value: string, pointer: string) =>
      fillIn(value, this.variables, /^\/(defaults|tasks\/[^/]*)\/header\//.test(pointer))
    const { values, faults } = readLocatedYaml(text, fill)
    for (const { line, pointer, message } of faults) this.#refuse({ file, line }, pointer, message)
    if (values.length === 0 && faults.length === 0) this.#refuse({ file, line: 1 }, '', 'is empty: it must hold tasks')
    for (const { value, lines } of values) {
      this.#addDocument(value, (pointer) => ({ file, line: nearest(lines, pointer) }))
    }
  }

  /** Returns the whole. @throws SetFileError */
  result(): TaskSetFiles {
    if (this.#problems.length > 0) throw new SetFileError(this.#problems)
    if (!this.#hasTasks && this.#moved.length === 0)
      throw new CommandError('The files have no tasks: a task set has them under tasks:, by key.')
    return { set: this.given ?? this.#set?.name, tasks: this.#tasks, moved: this.#moved }
  }

  #addDocument(value: unknown, placeOf: (pointer: string) => Place): void {
    if (!isMapping(value)) {
      this.#refuse(placeOf(''), '', 'must have set, defaults, tasks or moved')
      return
    }
    const { set, defaults = {}, tasks, moved = [], ...others } = value
    if (Object.hasOwn(others, 'apiVersion') && Object.hasOwn(others, 'kind')) {
      const hint = 'this is a manifest of Kubernetes. Make a file of tasks of its CronJobs with: duly import cronjob'
      this.#refuse(placeOf('/apiVersion'), '', hint)
      return
    }
    for (const name of Object.keys(others))
      this.#refuse(
        placeOf(`/${escapePointer(name)}`),
        '',
        `${name} is not known here: a file has set, defaults, tasks and moved. Tasks stand under tasks:, by key`,
      )
    this.#addName(set, placeOf('/set'))
    const ownDefaults = readDefaults(defaults, this.#reporter(placeOf, '/defaults'))
    if (Object.hasOwn(value, 'tasks')) this.#addTasks(tasks ?? {}, ownDefaults, placeOf)
    this.#addMoved(moved ?? [], placeOf)
  }

  #addName(name: unknown, place: Place): void {
    if (name === undefined || name === null) return
    if (typeof name !== 'string') {
      this.#refuse(place, '', 'set must be the name of the set: put it in quotes')
      return
    }
    if (this.given === undefined && this.#set !== undefined && this.#set.name !== name)
      this.#refuse(
        place,
        '',
        `set is ${name}, and ${this.#set.name} in ${this.#set.file}:${this.#set.line}: one command handles one set`,
      )
    this.#set ??= { name, ...place }
  }

  #addTasks(tasks: unknown, defaults: Fields, placeOf: (pointer: string) => Place): void {
    if (!isMapping(tasks)) {
      this.#refuse(placeOf('/tasks'), '', 'tasks must be a mapping of keys to tasks, such as reports/nightly: {…}')
      return
    }
    this.#hasTasks = true
    for (const [key, value] of Object.entries(tasks)) {
      const path = `/tasks/${escapePointer(key)}`
      const before = this.#tasks.get(key)?.placeOf('')
      if (before !== undefined) {
        this.#refuse(placeOf(path), path, `has the same key as the task in ${before.file}:${before.line}`)
        continue
      }
      const own = readTask(key, value, defaults, this.#reporter(placeOf, path))
      if (own === undefined) continue
      const inTask = (pointer: string) => {
        const [, name = ''] = pointer.split('/', 2)
        const isOwn = pointer === '' || Object.hasOwn(own, name) || !Object.hasOwn(defaults, name)
        return placeOf(`${isOwn ? path : '/defaults'}${pointer}`)
      }
      this.#tasks.set(key, { fields: withDefaults(own, defaults), placeOf: inTask })
    }
  }

  #addMoved(moved: unknown, placeOf: (pointer: string) => Place): void {
    if (!Array.isArray(moved)) {
      this.#refuse(placeOf('/moved'), '', 'moved must be a list of {from: OLD KEY, to: NEW KEY}')
      return
    }
    for (const [index, entry] of moved.entries()) {
      const place = placeOf(`/moved/${index}`)
      const { from, to, ...others } = isMapping(entry) ? entry : {}
      if (typeof from !== 'string' || typeof to !== 'string' || Object.keys(others).length > 0)
        this.#refuse(place, '', 'moved must have from and to, each a key, and nothing else')
      else this.#moved.push({ from, to, place })
    }
  }

  /** Returns a function that reports a problem of a task, by the pointer from it. */
  #reporter(placeOf: (pointer: string) => Place, base: string) {
    return (pointer: string, message: string) =>
      this.#refuse(placeOf(`${base}${pointer}`), `${base}${pointer}`, message)
  }

  #refuse(place: Place, path: string, message: string): void {
    this.#problems.push({ ...place, path, ...subjectOf(path), message })
  }
}

/** Returns the key of the task and the field that a pointer leads to, as they are printed. */
export function subjectOf(path: string): { readonly key?: string; readonly field: string } {
  const [first, ...rest] = path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  if (first !== 'tasks') return { field: [first ?? [], ...rest].flat().join('.') }
  const [key, ...field] = rest
  return key === undefined ? { field: 'tasks' } : { key, field: field.join('.') }
}

/** Returns the line of a pointer, or of the nearest value around it. */
function nearest(lines: ReadonlyMap<string, number>, pointer: string): number {
  for (let path = pointer; ; path = path.slice(0, path.lastIndexOf('/'))) {
    const line = lines.get(path)
    if (line !== undefined) return line
    if (path === '') return 1
  }
}

/** Whether a value is an object, as a mapping is read. */
export const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Returns the name of the set. @throws UsageError when neither the files nor the command line name it */
export function requireSetName({ set }: TaskSetFiles): string {
  if (set === undefined || set === '')
    throw new UsageError('Nothing says which task set this is: begin a file with set: NAME, or give --set NAME.')
  return checkSetName(set, 'The name of the set (set: in the file, or --set)')
}

/** Returns the name. @throws UsageError unless a task set can have it */
export function checkSetName(name: string, subject: string): string {
  if (/^[a-z0-9][a-z0-9._-]{0,62}$/.test(name)) return name
  throw new UsageError(
    `${subject} must be 1 to 63 of the characters a-z, 0-9, ., _ and -, beginning with a letter or a digit.`,
  )
}
