import type { Draft } from './form-fields.ts'
import { type HeaderRow, mergedRows } from './header-rows.ts'
import { sameJson } from './request-body.ts'
import { scheduleParts } from './schedule-draft.ts'

/**
 * Brings what somebody else saved meanwhile under what was typed here: a field that was not touched here takes their
 * value, one that was keeps ours. The schedule counts as one field.
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
