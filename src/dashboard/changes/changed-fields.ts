import { mask } from '../../formats/secret-mask.ts'
import type { Change, Fields } from '../client/api.ts'
import { counted, scheduleLabel } from '../format/labels.ts'
import { fieldEntries } from '../task-form/form-fields.ts'
import { sameJson } from '../task-form/request-body.ts'
import { alertFields } from './alert-fields.ts'
import { excerpts, type Shown } from './excerpts.ts'
import { setFields } from './set-fields.ts'
import type { ShownAs, ShownField } from './shown-field.ts'

/** One field in an audit entry, with its values before and after. */
export interface ChangedField {
  readonly label: string
  /** How its values are shown. */
  readonly as: ShownAs
  readonly before?: Shown
  readonly after?: Shown
  /** Text shown in place of values. */
  readonly words?: string
}

/** In the order in which they are listed: the fields of a task, of a service, of channels, of alert policies, and of task sets. */
const fields = new Map<string, ShownField>([
  ...fieldEntries,
  ['token', { label: 'Token', shownAs: 'code' }],
  ['grace_seconds', { label: 'The old one works for', inWords: (value) => grace(Number(value)) }],
  ...alertFields,
  ...setFields,
])

function grace(amount: number): string {
  if (amount > 0 && amount % 3_600 === 0) return counted(amount / 3_600, 'hour')
  return amount > 0 && amount % 60 === 0 ? counted(amount / 60, 'minute') : counted(amount, 'second')
}

const scheduleFields = ['frequency', 'unit', 'cron', 'time_zone']

/**
 * Lists what an audit entry changed: for an update each field with both values, for a creation or deletion the fields with
 * unusual values. Unknown fields, which a newer server may send, are shown under their API names.
 */
export function changedFields({ action, before, after, secrets }: Change): ChangedField[] {
  const sides = [before, after].filter((side) => side !== null)
  const told = new Set(sides.flatMap((side) => Object.keys(side)))
  const schedule = scheduleLine(before, after)
  const lines: ChangedField[] = []
  for (const name of new Set([...fields.keys(), ...told])) {
    if (!told.has(name) || name === 'header') continue
    if (schedule && scheduleFields.includes(name)) {
      if (!lines.includes(schedule)) lines.push(schedule)
    } else if (
      sides.length > 1 ? !sameJson(before?.[name] ?? null, after?.[name] ?? null) : !isUsual(name, sides[0]?.[name])
    )
      lines.push(lineOf(name, before, after))
  }
  if (action.startsWith('channel_')) return [...lines, ...channelSecretLines(secrets)]
  return [...lines, ...headerLines(before, after, secrets)]
}

function lineOf(name: string, before: Fields | null, after: Fields | null): ChangedField {
  const { label, shownAs = 'text', inWords = asText }: ShownField = fields.get(name) ?? { label: name }
  const of = (side: Fields | null) => (side !== null && name in side ? inWords(side[name]) : undefined)
  return { label, as: shownAs, ...excerpts(of(before), of(after)) }
}

function isUsual(name: string, value: unknown): boolean {
  return value === null || sameJson(value, fields.get(name)?.usual ?? null)
}

/** The schedule in words; undefined if the entry has too few fields for that, or both sides read the same. */
function scheduleLine(before: Fields | null, after: Fields | null): ChangedField | undefined {
  const [was, is] = [before, after].map((side) => side && (scheduleOf(side) ?? ''))
  if (was === '' || is === '' || was === is) return undefined
  return { label: 'Schedule', as: 'text', before: was ?? undefined, after: is ?? undefined }
}

/** The schedule of one side. A field that is missing there did not change. */
function scheduleOf(side: Fields): string | undefined {
  const { frequency = null, unit = null, cron = null, time_zone } = side
  if (typeof cron === 'string') {
    return scheduleLabel({ frequency: null, unit: null, cron, time_zone: String(time_zone ?? 'UTC') })
  }
  if (typeof frequency === 'number' && typeof unit === 'string')
    return scheduleLabel({ frequency, unit, cron: null, time_zone: null } as Parameters<typeof scheduleLabel>[0])
  const isOver = frequency === null && unit === null && ('cron' in side || 'unit' in side)
  return isOver ? 'once' : undefined
}

/** One line per added, removed or changed header. Secret values are not shown, only that they were set. */
function headerLines(before: Fields | null, after: Fields | null, secrets: readonly string[]): ChangedField[] {
  const [was, is] = [headersOf(before), headersOf(after)]
  const isUpdate = before !== null && after !== null
  const absent = isUpdate ? null : undefined
  const lines: ChangedField[] = []
  const set = new Set(secrets)
  for (const name of new Set([...Object.keys(was), ...Object.keys(is)])) {
    const label = `Header ${name}`
    const isSet = is[name] === mask && set.delete(name.toLowerCase())
    if (isSet) lines.push({ label, as: 'text', words: name in was ? 'was set anew' : 'was set' })
    else if (was[name] !== is[name])
      lines.push({ label, as: 'code', ...excerpts(was[name] ?? absent, is[name] ?? absent) })
  }
  for (const name of set)
    lines.push({ label: name === '/url' ? 'URL' : `Header ${titled(name)}`, as: 'text', words: 'was set anew' })
  return lines
}

/** One line for each secret of a channel that was set. */
function channelSecretLines(secrets: readonly string[]): ChangedField[] {
  return secrets.map((name) => ({ label: name === 'url' ? 'URL' : titled(name), as: 'text', words: 'was set' }))
}

const headersOf = (side: Fields | null) => (side?.header ?? {}) as Readonly<Record<string, string>>

/** A header name in its usual case: `X-Api-Key` for `x-api-key`. */
const titled = (name: string) => name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase())

const asText = (value: unknown): string | null =>
  value === null || value === undefined ? null : typeof value === 'string' ? value : JSON.stringify(value)
