import { Document, isMap, isScalar, Scalar, type YAMLMap } from 'yaml'
import { mask } from '../../formats/secret-mask.ts'
import { fieldEntries } from '../../task-fields/fields.ts'
import type { Task } from '../../tasks/model.ts'
import { printable } from '../printable.ts'
import { escapeVariables } from './set-variables.ts'

/** A task with the set that it belongs to; undefined if that was not asked for. */
export type TaskOfSet = Task & { readonly set?: { readonly name: string } | null }

/** A task that is exported, and its key in the file. */
export interface ExportedTask {
  readonly key: string
  readonly task: TaskOfSet
}

/** What a file is made of besides its tasks. */
interface ExportOptions {
  /** The name of the set; undefined leaves it to the reader. */
  readonly set: string | undefined
  /** Whether secret values become variables instead of the mask, which keeps what the service has stored. */
  readonly variables: boolean
  /** How many tasks of the service have a name. */
  readonly countOfName: (name: string) => number
}

/** A variable that has to be set before the file is applied, and what it stands for. */
export interface NeededVariable {
  readonly name: string
  readonly of: string
}

/** A file of a task set. */
export interface ExportedFile {
  readonly value: { readonly set?: string; readonly tasks: Readonly<Record<string, Readonly<Record<string, unknown>>>> }
  /** The same as YAML, with comments. */
  readonly yaml: string
  readonly variables: readonly NeededVariable[]
}

/** A comment above the task, or above one of its fields or headers. */
interface Comment {
  readonly path: readonly string[]
  readonly text: string
}

/** Makes a file of tasks, sorted by key: their fields that differ from the defaults. It plans to "unchanged". */
export function exportFile(tasks: readonly ExportedTask[], options: ExportOptions): ExportedFile {
  const sorted = tasks.toSorted((a, b) => (a.key < b.key ? -1 : 1))
  const names = new VariableNames()
  const written = sorted.map((one) => ({ key: one.key, ...writtenTask(one, options, names) }))
  const value = {
    ...(options.set === undefined ? {} : { set: options.set }),
    tasks: Object.fromEntries(written.map(({ key, fields }) => [key, fields])),
  }
  const comments = written.flatMap((one) =>
    one.comments.map(({ path, text }) => ({ path: ['tasks', one.key, ...path], text })),
  )
  return { value, yaml: yamlOf(value, comments), variables: names.needed }
}

function writtenTask({ key, task }: ExportedTask, options: ExportOptions, names: VariableNames) {
  const fields: Record<string, unknown> = {}
  const comments: Comment[] = taskComments(key, task, options).map((text) => ({ path: [], text }))
  const keeps = 'keeps the value that is stored'
  for (const [name, field] of fieldEntries) {
    const value: unknown = task[name]
    const isDefault = 'default' in field && JSON.stringify(value) === JSON.stringify(field.default)
    if (name === 'key' || isDefault || (name === 'name' && value === key)) continue
    if (name === 'scheduled_at' && (task.cron !== null || task.frequency !== null)) continue
    if (name === 'header') {
      fields.header = sortedObject(task.header, (header, text) => {
        if (text !== mask) return escapeVariables(text, true)
        if (options.variables) return names.add(`${key}_${header}`, `header ${header} of ${key}`)
        comments.push({ path: ['header', header], text: keeps })
        return text
      })
    } else if (name === 'url' && task.secret_url) {
      if (options.variables) fields.url = names.add(`${key}_url`, `URL of ${key}`)
      else comments.push({ path: ['url'], text: keeps })
      fields.url ??= value
    } else fields[name] = name === 'labels' ? sortedObject(task.labels, (_, text) => text) : value
    if (name !== 'header' && !(name === 'url' && options.variables && task.secret_url))
      fields[name] = escaped(fields[name])
  }
  return { fields, comments }
}

/** Returns what a person should know of a task. */
function taskComments(key: string, task: TaskOfSet, { set, countOfName }: ExportOptions): string[] {
  const comments: string[] = []
  const other = task.set?.name
  if (other !== undefined && other !== set)
    comments.push(`Belongs to the task set ${other}: a plan of another set is refused.`)
  if (task.key === null)
    comments.push(
      countOfName(task.name) > 1
        ? `Has no key, and ${countOfName(task.name)} tasks have this name: give it the key first (duly task update ${task.id} --key ${key}).`
        : 'Has no key: --adopt finds it by its name, and gives it this one.',
    )
  if (task.tls_profile !== null) comments.push(`Needs the TLS profile ${task.tls_profile}.`)
  if (task.flow !== null) comments.push(`Needs the flow ${task.flow}.`)
  return comments
}

/** Escapes variables in all texts of a value. */
function escaped(value: unknown): unknown {
  if (typeof value === 'string') return escapeVariables(value, false)
  if (Array.isArray(value)) return value.map(escaped)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, escaped(one)]))
}

const sortedObject = (values: Readonly<Record<string, string>>, map: (name: string, text: string) => string) =>
  Object.fromEntries(
    Object.keys(values)
      .sort()
      .map((name) => [name, map(name, values[name] as string)]),
  )

/** Gives names to variables, each once. */
class VariableNames {
  readonly needed: NeededVariable[] = []
  readonly #taken = new Set<string>()

  /** Returns the reference to a new variable. */
  add(text: string, of: string): string {
    const plain = text
      .toUpperCase()
      .replace(/[^A-Z0-9]/g, '_')
      .replace(/^(?=\d)/, '_')
    let name = plain
    for (let number = 2; this.#taken.has(name); number++) name = `${plain}_${number}`
    this.#taken.add(name)
    this.needed.push({ name, of })
    return `\${${name}}`
  }
}

/** Characters that would move the cursor of a terminal, hide text or change its direction. */
const unprintable = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

function yamlOf(value: ExportedFile['value'], comments: readonly Comment[]): string {
  // Words that YAML 1.1 reads as something else are put in quotes, since other tools may read the file.
  const document = new Document(value, { compat: 'yaml-1.1', aliasDuplicateObjects: false })
  if (value.set === undefined) document.commentBefore = ' Name the set here (set: NAME), or with --set NAME.'
  quoteTexts(document.contents)
  for (const { path, text } of comments) comment(document.contents, path, ` ${printable(text)}`)
  const text = document.toString({ lineWidth: 0, blockQuote: 'literal' })
  // Only texts in double quotes have such characters.
  return text.replace(unprintable, (character) => {
    const code = (character.codePointAt(0) as number).toString(16)
    return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`
  })
}

/** Has texts with unprintable characters written in double quotes, in which they can be escaped. */
function quoteTexts(node: unknown): void {
  if (isScalar(node)) {
    // A block text cannot say all that a payload may hold: other line ends, and spaces at the ends of lines.
    if (
      typeof node.value === 'string' &&
      (node.value.search(unprintable) >= 0 || /^\s|[ \t](\n|$)|\n\n+$/.test(node.value))
    )
      node.type = Scalar.QUOTE_DOUBLE
  } else for (const item of itemsOf(node)) for (const one of item) quoteTexts(one)
}

const itemsOf = (node: unknown): readonly (readonly unknown[])[] => {
  const { items = [] } = (node ?? {}) as { items?: readonly unknown[] }
  return isMap(node) ? node.items.map(({ key, value }) => [key, value]) : items.map((item) => [item])
}

/** Writes a comment above the name at a path. */
function comment(root: unknown, path: readonly string[], text: string): void {
  let map = root as YAMLMap
  for (const [depth, name] of path.entries()) {
    const pair = map.items.find(({ key }) => isScalar(key) && key.value === name)
    if (pair === undefined) return
    if (depth < path.length - 1) map = pair.value as YAMLMap
    else {
      const key = pair.key as Scalar
      key.commentBefore = key.commentBefore ? `${key.commentBefore}\n${text}` : text
    }
  }
}
