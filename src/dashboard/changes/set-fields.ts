import type { ShownField } from './shown-field.ts'

/** What became of the tasks, in the order in which it is told. */
const outcomes: Readonly<Record<string, string>> = {
  create: 'created',
  update: 'updated',
  move: 'moved',
  adopt: 'adopted',
  delete: 'deleted',
  pause: 'paused',
  keep: 'kept',
  unchanged: 'unchanged',
}

/** `9 updated, 1 unchanged`: the counts of an apply that are not 0. */
function summaryLabel(value: unknown): string | null {
  const counts = Object(value) as Readonly<Record<string, unknown>>
  const told = Object.entries(outcomes).flatMap(([action, label]) => {
    const count = counts[action]
    return typeof count === 'number' && count > 0 ? [`${count} ${label}`] : []
  })
  return told.length === 0 ? null : told.join(', ')
}

/** The fields of an applied task set in audit entries. */
export const setFields: readonly (readonly [name: string, ShownField])[] = [
  ['revision', { label: 'Revision' }],
  ['source', { label: 'Source', shownAs: 'code' }],
  ['summary', { label: 'Tasks', inWords: summaryLabel }],
]
