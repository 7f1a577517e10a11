import { escapePointer } from '../../formats/json-pointer.ts'
import { checkLabels } from '../../task-fields/labels.ts'
import type { FieldError } from '../client/api.ts'

/** A label in the form. */
export interface LabelRow {
  /** Identifies the row while its name is edited. */
  readonly key: number
  readonly name: string
  readonly value: string
}

let lastKey = 0
/** Returns a new row. */
export const labelRow = (name = '', value = ''): LabelRow => ({ key: ++lastKey, name, value })

/** The rows for the labels of a stored task. */
export const labelRowsOf = (labels: Readonly<Record<string, string>>): LabelRow[] =>
  Object.entries(labels).map(([name, value]) => labelRow(name, value))

/** The labels that the rows say. Rows without anything in them are left out. */
export const labelsOf = (rows: readonly LabelRow[]): Readonly<Record<string, string>> =>
  Object.fromEntries(filled(rows).map(({ name, value }) => [name.trim(), value]))

/**
 * Finds errors in the rows: those that the API cannot see, because it gets one label for each name, and those that it tells only
 * when nothing has the wrong form elsewhere.
 */
export function checkLabelRows(rows: readonly LabelRow[]): FieldError[] {
  const errors = checkLabels(labelsOf(rows))
    .filter(({ path }) => path !== '/')
    .map(({ path, message }) => ({ path: `/labels${path}`, message }))
  const seen = new Set<string>()
  for (const row of filled(rows)) {
    const name = row.name.trim()
    if (name === '') errors.push({ path: '/labels', message: 'need a name in every row that has a value' })
    else if (seen.has(name)) errors.push({ path: labelPath(name), message: 'stands there twice' })
    seen.add(name)
  }
  return errors
}

/** The JSON pointer at which the API reports an error of this label. */
export const labelPath = (name: string): string => `/labels/${escapePointer(name.trim())}`

/** Labels as text: `team=billing, area=mail`. */
export const labelWords = (labels: unknown): string =>
  Object.entries(labels ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .join(', ') || 'none'

const filled = (rows: readonly LabelRow[]) => rows.filter(({ name, value }) => name.trim() !== '' || value !== '')
