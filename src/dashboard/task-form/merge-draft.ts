import type { Draft } from './form-field.ts'
import { type HeaderRow, mergedRows } from './header-rows.ts'
import { sameJson } from './request-body.ts'
import { scheduleParts } from './schedule-draft.ts'

/**
 * Merges a draft with what somebody else has saved meanwhile: fields not edited here take the saved value, edited ones
 * keep theirs. The schedule counts as one field.
 */
export function mergeDraft(before: Draft, mine: Draft, theirs: Draft): Draft {
  const touched = (field: keyof Draft) => !sameJson(plain(mine[field]), plain(before[field]))
  const schedule = scheduleParts.some(touched) ? mine : theirs
  const merged = Object.keys(mine).map((name) => {
    const field = name as keyof Draft
    const from = scheduleParts.includes(field as (typeof scheduleParts)[number])
      ? schedule
      : touched(field)
        ? mine
        : theirs
    return [field, field === 'header' && from === mine ? mergedRows(mine.header, theirs.header) : from[field]]
  })
  return Object.fromEntries(merged)
}

const plain = (value: Draft[keyof Draft]) =>
  Array.isArray(value) ? (value as HeaderRow[]).map(({ name, value }) => [name, value]) : value
