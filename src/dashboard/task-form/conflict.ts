import type { FieldError } from '../client/api.ts'
import { toShownInput } from '../format/format-time.ts'
import type { Draft } from './form-field.ts'
import { fieldEntries } from './form-fields.ts'
import { differ } from './merge-draft.ts'
import { draftLabel, scheduleParts } from './schedule-draft.ts'

/** A field that the reader and somebody else have set to different values. The schedule counts as one field. */
export interface Conflict {
  readonly label: string
  /** What each of them has set, as text. */
  readonly mine: string
  readonly theirs: string
  /** The error that stands at the field. */
  readonly error: FieldError
  /** The part of the form that takes their value. */
  readonly taken: Partial<Draft>
}

/** What somebody else has saved while the reader edited a task. */
export interface Meanwhile {
  readonly conflicts: readonly Conflict[]
  /** The labels of what they have changed and the reader had not touched. */
  readonly others: readonly string[]
}

/** Compares the form with what somebody else has saved since `before` was read. */
export function compareDrafts(before: Draft, mine: Draft, theirs: Draft): Meanwhile {
  const conflicts: Conflict[] = []
  const others: string[] = []
  const note = (label: string, at: string, parts: readonly (keyof Draft)[], words: (draft: Draft) => string) => {
    // Each run moves the next one on, which nobody has typed.
    const typed = parts.filter((part) => part !== 'scheduled_at' || mine.kind === 'once')
    if (!typed.some((part) => differ(before[part], theirs[part]))) return
    if (!parts.some((part) => differ(before[part], mine[part]))) others.push(label)
    else if (typed.some((part) => differ(mine[part], theirs[part])))
      conflicts.push({
        label,
        mine: words(mine),
        theirs: words(theirs),
        error: { path: at, message: `was changed to “${words(theirs)}” by somebody else; what you typed stands here` },
        taken: Object.fromEntries(parts.map((part) => [part, theirs[part]])),
      })
  }
  for (const [name, { label, write, inWords }] of fieldEntries)
    if (!isPart(name)) {
      const field = name as keyof Draft
      note(label, `/${name}`, [field], (draft) => {
        const typed = draft[field]
        return textOf(typeof typed === 'string' ? typed : (inWords?.(write(draft)) ?? ''))
      })
    }
  const at = { every: '/frequency', cron: '/cron', once: '/scheduled_at' }[mine.kind]
  note('Schedule', at, scheduleParts, scheduleText)
  return { conflicts, others }
}

const isPart = (name: string) => (scheduleParts as readonly string[]).includes(name)

function scheduleText(draft: Draft): string {
  const words = draftLabel(draft) ?? draft.cron
  return draft.kind === 'once' ? `${words}, ${toShownInput(draft.scheduled_at).replace('T', ' ')}` : words
}

const shownLength = 200

function textOf(text: string): string {
  if (text === '') return 'nothing'
  return text.length > shownLength ? `${text.slice(0, shownLength)}…` : text
}
