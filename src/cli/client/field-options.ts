import type { Command } from 'commander'
import { type FieldName, fieldEntries } from '../../task-fields/fields.ts'
import type { TaskOption } from '../../task-fields/task-field.ts'
import { UsageError } from '../command-error.ts'
import { printable } from '../printable.ts'
import { readInputText } from '../read-input.ts'
import { wholeNumber } from '../whole-number.ts'

/** Options of the fields, by the name that commander gives them: `timeZone` for --time-zone. */
export type FieldOptions = Readonly<Record<string, string | readonly string[] | undefined>>

/** Fields of a task by name, as the API takes them. */
export type TaskBody = Record<string, unknown>

const collect = (value: string, before: readonly string[] = []) => [...before, value]

/** The name under which commander stores the value of an option such as `--time-zone <zone>`. */
const storedAs = ({ flags }: TaskOption) =>
  (/--([a-z-]+)/.exec(flags)?.[1] ?? '').replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** The fields that have an option, with the option. */
const withOption = fieldEntries.flatMap(([name, { option }]) => ('flags' in option ? [{ name, option }] : []))

/** Whether an option gives one name and its value at a time. */
const mapsNames = ({ reads }: TaskOption): boolean => reads === 'headers' || reads === 'labels'

/**
 * Adds an option for each field of a task that has one.
 * @param notes what the help says of some fields behind the rest, such as `required`
 */
export function addFieldOptions(command: Command, notes: Partial<Record<FieldName, string>> = {}): void {
  for (const { name, option } of withOption) {
    const { flags } = option
    const help = notes[name] === undefined ? option.help : `${option.help} (${notes[name]})`
    if (mapsNames(option)) command.option(flags, help, collect)
    else command.option(flags, help)
  }
}

/**
 * Returns the fields whose options were given.
 * @throws UsageError for a value that cannot be parsed
 */
export async function readFieldOptions(options: FieldOptions): Promise<TaskBody> {
  const fields: TaskBody = {}
  for (const { name, option } of withOption) {
    const value = options[storedAs(option)]
    if (value !== undefined) fields[name] = await readField(name, option, value)
  }
  return fields
}

/**
 * Returns the fields whose options were given, for an update: an empty value clears a field that can be empty.
 * @throws UsageError for a value that cannot be parsed
 */
export async function readFieldChanges(options: FieldOptions): Promise<TaskBody> {
  const cleared: TaskBody = {}
  const given: Record<string, string | readonly string[]> = {}
  for (const { name, option } of withOption) {
    const value = options[storedAs(option)]
    if (value === '' && isClearable(name)) cleared[name] = emptyValue(name)
    else if (value !== undefined) given[storedAs(option)] = value
  }
  return { ...cleared, ...(await readFieldOptions(given)) }
}

/** Whether an update may remove the value of a field: it has a default. */
export const isClearable = (name: string): name is FieldName =>
  fieldEntries.some(([field, description]) => field === name && 'default' in description)

/** Returns the value of a field that has been cleared. */
export const emptyValue = (name: FieldName): unknown =>
  fieldEntries.find(([field]) => field === name)?.[1].default ?? null

/** Whether a field maps names to values, of which an update sets some and keeps the others. */
export const isMerged = (name: string): boolean =>
  withOption.some((field) => field.name === name && mapsNames(field.option))

/** The names of the fields that an update may clear. */
export const clearableNames = fieldEntries.map(([name]) => name).filter(isClearable)

function readField(name: FieldName, { reads, flags, help }: TaskOption, value: string | readonly string[]): unknown {
  switch (reads) {
    case 'text':
      return value
    case 'number':
      return wholeNumber(`--${name.replaceAll('_', '-')}`, value as string, 0, 2_147_483_647)
    case 'json':
      return readJson(`--${name.replaceAll('_', '-')}`, value as string, expectedJson(flags, help))
    case 'headers':
      return readHeaders(value as readonly string[])
    case 'labels':
      return readLabels(value as readonly string[])
    case 'payload':
      return readPayload(value as string)
  }
}

/** What an option that is read as JSON takes, as its flags and its help say it. */
function expectedJson(flags: string, help: string): string {
  const [, argument = ''] = /<(.*)>/.exec(flags) ?? []
  const [example = ''] = /such as '.*?'/.exec(help) ?? []
  return argument === 'json' ? `JSON, ${example}` : argument
}

/** Parses JSON, or that of @FILE. */
async function readJson(option: string, text: string, expected: string): Promise<unknown> {
  try {
    return JSON.parse(text.startsWith('@') ? await readInputText(option, text.slice(1)) : text)
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`${option} must be ${expected}.`)
  }
}

async function readPayload(text: string): Promise<string> {
  if (text === '-') return readInputText('--payload', '-')
  return text.startsWith('@') ? readInputText('--payload', text.slice(1)) : text
}

function readHeaders(texts: readonly string[]): Record<string, string> {
  const headers = new Map<string, string>()
  for (const text of texts) {
    const colon = text.indexOf(':')
    const name = text.slice(0, colon).trim()
    // The value may be a secret, so the error does not quote it.
    if (colon < 1 || name === '')
      throw new UsageError("--header must look like 'Name: value', with a colon after the name.")
    if (headers.has(name)) throw new UsageError(`--header names ${printable(name)} twice: give each header once.`)
    headers.set(name, text.slice(colon + 1).trim())
  }
  return Object.fromEntries(headers)
}

function readLabels(texts: readonly string[]): Record<string, string> {
  const labels = new Map<string, string>()
  for (const text of texts) {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? []
    if (name === undefined || value === undefined)
      throw new UsageError(`--label ${printable(text)} must look like team=billing, with = after the name.`)
    if (labels.has(name)) throw new UsageError(`--label names ${printable(name)} twice: give each label once.`)
    labels.set(name, value)
  }
  return Object.fromEntries(labels)
}
