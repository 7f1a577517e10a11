import { type Document, parseAllDocuments } from 'yaml'
import { CommandError } from '../command-error.ts'
import { textsOfElements } from '../json-array.ts'
import { printable } from '../printable.ts'
import { decode, readInput } from '../read-input.ts'

/** Largest file of tasks, in MiB. */
const maxMiB = 64

/** What a file contains: one object, or an array of objects, as JSON. */
export type FileContents =
  | { readonly kind: 'one'; readonly text: string }
  | { readonly kind: 'many'; readonly texts: readonly string[] }

/**
 * Reads a file of tasks, or stdin for `-`: JSON or YAML, one object or an array of objects. Several YAML documents count as an
 * array. JSON is returned unchanged, so that the service judges it.
 * @throws UsageError when the file cannot be read, CommandError for other contents
 */
export async function readTaskFile(source: string): Promise<FileContents> {
  const text = decode('--file', await readInput('--file', source, maxMiB)).replace(/^\ufeff/, '')
  const isJson = /\.json$/i.test(source) || (!/\.ya?ml$/i.test(source) && /^\s*[[{]/.test(text))
  return isJson ? readJson(text) : readYaml(text)
}

async function readJson(text: string): Promise<FileContents> {
  if (!text.trimStart().startsWith('[')) return { kind: 'one', text }
  try {
    const texts: string[] = []
    for await (const element of textsOfElements([text])) texts.push(element)
    return { kind: 'many', texts }
  } catch {
    throw new CommandError('--file is not a JSON array of objects: see whether it is complete, and valid JSON.')
  }
}

/**
 * Reads YAML 1.2, in which `no` and `12:30` are strings. Names may not stand twice in a mapping, anchors and merge keys (`<<`)
 * are allowed, and tags are not.
 */
function readYaml(text: string): FileContents {
  const documents = parseAllDocuments(text, { merge: true })
  if ('empty' in documents) throw new CommandError('--file is empty: it must hold a task, or a list of tasks.')
  const values = documents.map(contentsOf)
  const [first] = values
  if (values.length === 1 && !Array.isArray(first)) return { kind: 'one', text: JSON.stringify(first) }
  return { kind: 'many', texts: values.flat(1).map((value) => JSON.stringify(requireObject(value))) }
}

function contentsOf(document: Document.Parsed): unknown {
  const [problem] = [...document.errors, ...document.warnings]
  if (problem) throw new CommandError(`--file is not valid YAML: ${printable(lineOf(problem.message))}.`)
  try {
    const value = document.toJS()
    return Array.isArray(value) ? value : requireObject(value)
  } catch (error) {
    if (error instanceof CommandError) throw error
    // Aliases of aliases that would fill the memory.
    throw new CommandError(`--file is not valid YAML: ${printable(lineOf((error as Error).message))}.`)
  }
}

/** The first line of the parser's message, without the excerpt of the file: that may hold a secret. */
const lineOf = (message: string) => (message.split('\n')[0] ?? '').replace(/:$/, '')

function requireObject(value: unknown): object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new CommandError('--file must hold a task with its fields, or a list of such tasks.')
}
