import { escapePointer } from '../../formats/json-pointer.ts'
import { fieldEntries, fieldNames } from '../../task-fields/fields.ts'
import { Key } from '../../task-fields/identity.ts'

/** Fields of a task by name, as the API takes them. */
export type Fields = Readonly<Record<string, unknown>>

/** Reports what is wrong at a pointer from the task, as a clause that follows its name. */
type Report = (pointer: string, message: string) => void

/** The fields of a task in a file. The key stands before them. */
export const setFieldNames: readonly string[] = fieldNames.filter((name) => name !== 'key')

/** The fields that say when a task runs, without the zone, which counts with cron only. */
const scheduleNames = ['scheduled_at', 'frequency', 'unit', 'cron']
/** The fields that map names to texts. */
const mapNames = ['header', 'labels']
/** The fields that are texts. */
const textNames = fieldEntries.filter(([, { input }]) => isText(input)).map(([name]) => name as string)
const keyForm = new RegExp(Key.pattern as string)

/** Reads the fields that all tasks of a file have unless they state them. Returns none for what is not a mapping. */
export function readDefaults(value: unknown, report: Report): Fields {
  const fields = readFields(value ?? {}, report) ?? {}
  if (Object.hasOwn(fields, 'name')) report('/name', 'cannot be a default: each task has its own')
  return fields
}

/** Reads a task of a file, without the defaults. Returns undefined for what is not a mapping. */
export function readTask(key: string, value: unknown, defaults: Fields, report: Report): Fields | undefined {
  if (key.length > 200 || !keyForm.test(key))
    report(
      '',
      'must be a key of 1 to 200 of the characters a-z, 0-9, ., _, - and /, with something before and after each /',
    )
  const own = readFields(value, report)
  if (own === undefined) return undefined
  const all = withDefaults(own, defaults)
  if (given(all.scheduled_at) && (given(all.cron) || given(all.frequency)))
    report('/scheduled_at', 'is for tasks that run once: the next time of a repeating task is not part of a set')
  return own
}

function readFields(value: unknown, report: Report): Fields | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    report('', 'must be a mapping of fields, such as {url: https://…, method: POST, cron: 30 2 * * *}')
    return undefined
  }
  for (const [name, one] of Object.entries(value)) {
    const pointer = `/${escapePointer(name)}`
    if (name === 'id' || name === 'key') report(pointer, 'cannot be stated: the key before the task names it')
    else if (!setFieldNames.includes(name)) report(pointer, `is not a field of a task${guess(name)}`)
    else if (mapNames.includes(name)) checkTexts(one, pointer, report)
    else if (textNames.includes(name) && typeof one !== 'string' && one !== null)
      report(
        pointer,
        `must be a text, and is ${kindOf(one)}: ${typeof one === 'object' ? 'write it as a text, behind a | or in quotes' : 'put it in quotes'}`,
      )
  }
  return value as Fields
}

/** Whether a schema is that of a text, or of a text or null. */
function isText({ type, anyOf }: Readonly<Record<string, unknown>>): boolean {
  if (!Array.isArray(anyOf)) return type === 'string'
  return anyOf.every((option) => option.type === 'null' || option.type === 'string')
}

/** Checks that the values of headers or labels are texts: what looks like a number or true is none in YAML. */
function checkTexts(value: unknown, pointer: string, report: Report): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return
  for (const [name, one] of Object.entries(value))
    if (typeof one !== 'string')
      report(`${pointer}/${escapePointer(name)}`, `must be a text, and is ${kindOf(one)}: put it in quotes`)
}

const kindOf = (value: unknown) =>
  value === null ? 'nothing' : typeof value === 'object' ? 'a mapping or a list' : `a ${typeof value}`

/** Returns a field whose name is nearly this one, for an error. */
function guess(name: string): string {
  const plain = (text: string) =>
    text
      .toLowerCase()
      .replace(/[^a-z]/g, '')
      .replace(/s$/, '')
  const known = setFieldNames.find((one) => plain(one) === plain(name))
  return known === undefined ? '' : `: write ${known}`
}

const given = (value: unknown) => value !== undefined && value !== null

/**
 * Returns a task with the defaults of its file. Headers and labels are merged name by name. A task that states anything of its
 * schedule has no schedule of the defaults, and a time zone of the defaults counts for tasks with a cron pattern.
 */
export function withDefaults(own: Fields, defaults: Fields): Fields {
  const inherited = Object.entries(defaults).filter(([name]) => {
    return !(scheduleNames.includes(name) && scheduleNames.some((one) => Object.hasOwn(own, one)))
  })
  const all: Record<string, unknown> = Object.fromEntries([...inherited, ...Object.entries(own)])
  if (!Object.hasOwn(own, 'time_zone') && !given(all.cron)) delete all.time_zone
  if (isMap(own.header) && isMap(defaults.header)) all.header = mergeHeaders(defaults.header, own.header)
  if (isMap(own.labels) && isMap(defaults.labels))
    all.labels = Object.fromEntries([...Object.entries(defaults.labels), ...Object.entries(own.labels)])
  return all
}

const isMap = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Names of headers are the same in upper and lower case. */
function mergeHeaders(defaults: Fields, own: Fields): Fields {
  const lower = new Set(Object.keys(own).map((name) => name.toLowerCase()))
  const inherited = Object.entries(defaults).filter(([name]) => !lower.has(name.toLowerCase()))
  return Object.fromEntries([...inherited, ...Object.entries(own)])
}
