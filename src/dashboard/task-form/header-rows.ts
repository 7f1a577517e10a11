import { escapePointer } from '../../formats/json-pointer.ts'
import { mask } from '../../formats/secret-mask.ts'
import type { FieldError } from '../client/api.ts'

/** A request header in the form. */
export interface HeaderRow {
  /** Identifies the row while its name is edited. */
  readonly key: number
  readonly name: string
  readonly value: string
  /** The name under which a secret value is stored, which the mask in this row keeps. */
  readonly storedName?: string
  /** Why the stored value is not available and must be typed again. */
  readonly missing?: 'not copied' | 'removed meanwhile'
}

let lastKey = 0
/** Returns a new row. */
export const headerRow = (name = '', value = ''): HeaderRow => ({ key: ++lastKey, name, value })

/** The rows for the headers of a stored task. */
export function rowsOf(header: Readonly<Record<string, string>>): HeaderRow[] {
  return Object.entries(header).map(([name, value]) => ({
    ...headerRow(name, value),
    ...(value === mask ? { storedName: name } : {}),
  }))
}

/** The rows for a copy of a task. Secret values are not copied, because they can be opened for their own task only. */
export function copiedRows(rows: readonly HeaderRow[]): HeaderRow[] {
  return rows.map((row) => (row.storedName === undefined ? row : withoutStored(row, 'not copied')))
}

/** The reader's rows on top of headers that somebody else saved. A secret value that they removed cannot be kept. */
export function mergedRows(mine: readonly HeaderRow[], theirs: readonly HeaderRow[]): HeaderRow[] {
  const stored = new Map(
    theirs.filter(({ storedName }) => storedName !== undefined).map((row) => [lower(row.name), row.name]),
  )
  return mine.map((row) => {
    if (row.storedName !== undefined && !stored.has(lower(row.storedName)))
      return withoutStored(row, 'removed meanwhile')
    const storedName = row.storedName ?? stored.get(lower(row.name))
    return storedName === undefined ? row : { key: row.key, name: row.name, value: row.value, storedName }
  })
}

/** How the row relates to a stored secret value; undefined if there is none or it does not matter. */
export function secretOf({
  name,
  value,
  storedName,
  missing,
}: HeaderRow): 'kept' | 'replaced' | 'renamed' | 'missing' | undefined {
  if (missing) return 'missing'
  if (storedName === undefined) return undefined
  const isSame = lower(name) === lower(storedName)
  if (value === mask) return isSame ? 'kept' : 'renamed'
  return isSame ? 'replaced' : undefined
}

/** Finds errors in the rows that the API cannot report, or that it would accept although they are mistakes. */
export function checkRows(rows: readonly HeaderRow[]): FieldError[] {
  const errors: FieldError[] = []
  const seen = new Set<string>()
  for (const row of filled(rows)) {
    const name = lower(row.name)
    const wrong = seen.has(name) ? 'stands there twice' : wrongSecret(row)
    if (name === '') errors.push({ path: '/header', message: 'need a name in every row that has a value' })
    else if (wrong) errors.push({ path: headerPath(row.name), message: wrong })
    seen.add(name)
  }
  return errors
}

function wrongSecret(row: HeaderRow): string | undefined {
  const { value, storedName, missing } = row
  const secret = secretOf(row)
  if (missing) return value === '' ? `needs its value, which was ${missing}` : undefined
  if (storedName === undefined) return undefined
  if (secret === 'renamed') return `cannot take along the value that is stored for ${storedName}: type it here anew`
  if (secret === 'replaced' && value === '') return 'is empty: type the new value, or keep the stored one'
  // An edit within the mask leaves asterisks. A value that really has some can be entered in a new row.
  if (secret !== 'kept' && (value.includes('**') || value === '*'))
    return 'still has asterisks of the hidden value: type the whole new one. Where they belong to it, remove this header and add it anew'
  return undefined
}

/** The rows that are not empty. */
export const filled = (rows: readonly HeaderRow[]) =>
  rows.filter(({ name, value }) => name.trim() !== '' || value !== '')

/** Headers as text: `Accept: text/html, X-Team: billing`. */
export const headerWords = (header: unknown): string =>
  Object.entries(header ?? {})
    .map(([name, value]) => `${name}: ${value}`)
    .join(', ') || 'none'

/** The JSON pointer at which the API reports an error of this header. */
export function headerPath(name: string): string {
  return `/header/${escapePointer(name.trim())}`
}

function withoutStored({ key, name, value }: HeaderRow, missing: HeaderRow['missing']): HeaderRow {
  return { key, name, value: value === mask ? '' : value, missing }
}

const lower = (name: string) => name.trim().toLowerCase()
