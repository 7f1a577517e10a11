import { escapePointer } from '../../formats/json-pointer.ts'
import { mask } from '../../formats/secret-mask.ts'
import type { FieldError } from '../client/api.ts'

export interface HeaderRow {
  /** Tells rows apart while their names are typed. */
  readonly key: number
  readonly name: string
  readonly value: string
  /** The name under which a secret value is stored that the mask in this row keeps. */
  readonly storedName?: string
  /** Why there is no such value any more, and it must be typed again. */
  readonly missing?: 'not copied' | 'removed meanwhile'
}

let lastKey = 0
export const headerRow = (name = '', value = ''): HeaderRow => ({ key: ++lastKey, name, value })

/** The headers of a stored task. */
export function rowsOf(header: Readonly<Record<string, string>>): HeaderRow[] {
  return Object.entries(header).map(([name, value]) => ({
    ...headerRow(name, value),
    ...(value === mask ? { storedName: name } : {}),
  }))
}

/** The rows of a new task that is to be a copy: a secret value is stored with its own task and nowhere else. */
export function copiedRows(rows: readonly HeaderRow[]): HeaderRow[] {
  return rows.map((row) => (row.storedName === undefined ? row : withoutStored(row, 'not copied')))
}

/** My rows over what is stored since somebody else saved: a secret value that they removed cannot be kept. */
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

/** How the value of a row stands to the secret one that is stored; undefined where there is none, or it is of no concern. */
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

/** What is wrong with the rows that the API cannot see, or would take for what nobody meant. */
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
  // One edit of the mask leaves asterisks at its place; what has them by itself has a way in by a row of its own.
  if (secret !== 'kept' && (value.includes('**') || value === '*'))
    return 'still has asterisks of the hidden value: type the whole new one. Where they belong to it, remove this header and add it anew'
  return undefined
}

/** The rows in which anything stands. */
export const filled = (rows: readonly HeaderRow[]) =>
  rows.filter(({ name, value }) => name.trim() !== '' || value !== '')

/** The JSON pointer at which the API reports an error of this header. */
export function headerPath(name: string): string {
  return `/header/${escapePointer(name.trim())}`
}

function withoutStored({ key, name, value }: HeaderRow, missing: HeaderRow['missing']): HeaderRow {
  return { key, name, value: value === mask ? '' : value, missing }
}

const lower = (name: string) => name.trim().toLowerCase()
