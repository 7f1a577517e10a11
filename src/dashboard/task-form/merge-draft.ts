import type { Draft } from './form-field.ts'
import { type HeaderRow, mergedRows } from './header-rows.ts'
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

const plain = (value: Draft[keyof Draft]) =>
  Array.isArray(value) ? (value as HeaderRow[]).map(({ name, value }) => [name, value]) : value
