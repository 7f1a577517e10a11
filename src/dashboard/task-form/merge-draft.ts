import type { Draft } from './form-field.ts'
import { mergedRows } from './header-rows.ts'
import { sameJson } from './request-body.ts'
import { scheduleParts } from './schedule-draft.ts'

/**
 * Merges a draft with what somebody else has saved meanwhile: fields not edited here take the saved value, edited ones
 * keep theirs. The schedule counts as one field.
 */
export function mergeDraft(before: Draft, mine: Draft, theirs: Draft): Draft {
  const touched = (field: keyof Draft) => differ(mine[field], before[field])
  const schedule = scheduleParts.some(touched) ? mine : theirs
  const merged = Object.keys(mine).map((name) => {
    const field = name as keyof Draft
    const from = scheduleParts.includes(field as (typeof scheduleParts)[number])
      ? // The next run goes with the time that is stored, unless one was typed.
        field === 'scheduled_at' && !touched(field)
        ? theirs
        : schedule
      : touched(field)
        ? mine
        : theirs
    return [field, field === 'header' && from === mine ? mergedRows(mine.header, theirs.header) : from[field]]
  })
  return Object.fromEntries(merged)
}

/** Whether two values of a field are different. */
export function differ(one: Draft[keyof Draft], other: Draft[keyof Draft]): boolean {
  return !sameJson(plain(one), plain(other))
}

/** What a row of the form has besides what was typed in it. */
const ofTheRow: ReadonlySet<string> = new Set(['key', 'storedName', 'missing'])

/** What was typed, without rows that are empty, and without what identifies a row and says where it comes from. */
function plain(value: unknown): unknown {
  if (Array.isArray(value))
    return value.map(plain).filter((row) => Object.values(row as object).some((text) => text !== ''))
  if (typeof value !== 'object' || value === null) return value
  const typed = Object.entries(value).filter(([name]) => !ofTheRow.has(name))
  return Object.fromEntries(typed.map(([name, inner]) => [name, plain(inner)]))
}
