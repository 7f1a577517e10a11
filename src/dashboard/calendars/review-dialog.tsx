import { type CalendarDay, type SetCalendar, type WholeCalendar, writeCalendar } from '../client/calendars.ts'
import { count } from '../format/format-time.ts'
import { counted } from '../format/labels.ts'
import { Banner } from '../parts/banner.tsx'
import { FormDialog } from '../parts/form-dialog.tsx'
import { useSave } from '../parts/use-save.ts'
import { spansOf } from './day-groups.ts'
import { spanWords, weekendWords } from './day-words.ts'
import { bodyOf, type CalendarDraft, changesOf } from './draft.ts'

/** The most days in a row that are listed of each kind of change. */
const listedAtMost = 20

/** What a save would lead to. */
export interface Review {
  /** As it is stored. */
  readonly stored: WholeCalendar
  /** What the API says that it would be. */
  readonly planned: SetCalendar
  /** Whether somebody else has changed it since it was opened. */
  readonly isOvertaken: boolean
}

interface ReviewProps {
  readonly review: Review
  readonly draft: CalendarDraft
  onSaved(): void
  onCancel(): void
}

/** A dialog that says what a save changes of a calendar and of its tasks, and saves it. */
export function ReviewDialog({ review: { stored, planned, isOvertaken }, draft, onSaved, onCancel }: ReviewProps) {
  const saving = useSave({})
  const { added, removed, changed } = changesOf(stored.days, draft.days)
  const weekend = weekendWords(draft.weekend)
  const { task_count, moved_tasks } = planned
  const save = () =>
    saving.save(async () => {
      await writeCalendar(draft.name, bodyOf(draft))
      onSaved()
    })
  return (
    <FormDialog
      name="review"
      title={`Save “${draft.name}”?`}
      intro={effectWords(task_count, moved_tasks)}
      verb="Save calendar"
      busy={saving.busy}
      onSubmit={save}
      onCancel={onCancel}
    >
      {isOvertaken && (
        <p class="warning">Somebody else has changed it since you opened it: it becomes what your form says.</p>
      )}
      <div class="review-changes">
        {weekend !== weekendWords(stored.weekend) && (
          <p>
            Weekdays: <strong>{weekend}</strong>, instead of {weekendWords(stored.weekend)}
          </p>
        )}
        {weekend === weekendWords(stored.weekend) && added.length + removed.length + changed.length === 0 && (
          <p>Nothing changes.</p>
        )}
        <Changes words="more" days={added} />
        <Changes words="less" days={removed} />
        <Changes words="of another kind or with another note" days={changed} />
      </div>
      {saving.problem && <Banner bad>{saving.problem.message}</Banner>}
    </FormDialog>
  )
}

/** What a save leads to for the tasks that use a calendar. */
function effectWords(tasks: number, moved: number): string {
  if (tasks === 0) return 'No task uses it.'
  if (tasks === 1) return `1 task uses it, and its next run ${moved === 1 ? 'moves' : 'stays as it is'}.`
  if (moved === 0) return `${counted(tasks, 'task')} use it, and their next runs stay as they are.`
  return `${counted(tasks, 'task')} use it, and ${count(moved)} of them ${moved === 1 ? 'has' : 'have'} another next run.`
}

function Changes({ words, days }: { words: string; days: readonly CalendarDay[] }) {
  if (days.length === 0) return null
  const spans = spansOf(days)
  return (
    <>
      <p>
        <strong>{counted(days.length, 'day')}</strong> {words}
      </p>
      <ul>
        {spans.slice(0, listedAtMost).map((span) => (
          <li key={span.first}>
            {spanWords(span)}
            <span class="quiet">
              {span.kind === 'open' && ', open'}
              {span.note !== null && `, ${span.note}`}
            </span>
          </li>
        ))}
        {spans.length > listedAtMost && <li class="quiet">and {spans.length - listedAtMost} more</li>}
      </ul>
    </>
  )
}
