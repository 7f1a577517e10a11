import { useRef, useState } from 'preact/hooks'
import { ApiError } from '../client/api.ts'
import { readCalendar, type WholeCalendar, writeCalendar } from '../client/calendars.ts'
import { navigate } from '../client/navigation.ts'
import { useUnsaved } from '../client/unsaved.ts'
import { calendarRoute, calendarsRoute } from '../client/used-routes.ts'
import { counted } from '../format/labels.ts'
import { FieldErrors } from '../parts/field.tsx'
import { SaveForm } from '../parts/save-form.tsx'
import { TextField } from '../parts/text-field.tsx'
import { showToast } from '../parts/toast.tsx'
import { fieldErrors, useSave } from '../parts/use-save.ts'
import { AddDays } from './add-days.tsx'
import { DayList } from './day-list.tsx'
import { weekdayName, weekdays } from './day-words.ts'
import { bodyOf, type CalendarDraft, changesOf, draftOf, emptyDraft, withDays } from './draft.ts'
import { ImportDays } from './import-days.tsx'
import { type Pending, tellPending } from './pending.ts'
import { type Review, ReviewDialog } from './review-dialog.tsx'

const paths = ['/calendarName', '/weekend', '/days']

/** The form of a calendar. @param stored the one that is changed; undefined for a new one */
export function CalendarForm({ stored }: { stored?: WholeCalendar }) {
  const [initial] = useState(stored ? draftOf(stored) : emptyDraft)
  const [draft, setDraft] = useState(initial)
  const [review, setReview] = useState<Review>()
  const [isSaved, setSaved] = useState(false)
  const [pending] = useState<Pending>(() => new Map())
  const saving = useSave({ ...bodyOf(draft), calendarName: draft.name })
  const { problem } = saving
  useUnsaved(!isSaved && JSON.stringify(draft) !== JSON.stringify(initial))
  const change = (part: Partial<CalendarDraft>) => setDraft((last) => ({ ...last, ...part }))
  const name = draft.name.trim()
  const done = (words: string) => {
    setSaved(true)
    showToast(words)
    navigate(calendarRoute(name))
  }
  const create = async () => {
    const refuse = (message: string): never => {
      throw new ApiError(400, message, [{ path: '/calendarName', message }])
    }
    if (name === '') refuse('must not be empty')
    const other = await readCalendar(name).catch((error) => {
      if (!(error instanceof ApiError && error.status === 404)) throw error
    })
    if (other) refuse('is that of another calendar: choose another one, or edit that calendar')
    await writeCalendar(name, bodyOf(draft))
    done(`Created “${name}”.`)
  }
  const latest = useRef(draft)
  latest.current = draft
  const look = async (before: WholeCalendar): Promise<void> => {
    const looked = latest.current
    const [now, planned] = await Promise.all([
      readCalendar(name),
      writeCalendar(name, { ...bodyOf(looked), dry_run: true }),
    ])
    // What was changed meanwhile is saved with the rest, so it is looked at too.
    if (tellPending(pending)) return
    if (latest.current !== looked) return look(before)
    setReview({ stored: now, planned, isOvertaken: now.updated_at !== before.updated_at })
  }
  return (
    <>
      <SaveForm
        saving={saving}
        paths={paths}
        verb={stored ? 'Review and save…' : 'Create calendar'}
        cancel={stored ? calendarRoute(stored.name) : calendarsRoute}
        onSave={async () => {
          if (!tellPending(pending)) await (stored ? look(stored) : create())
        }}
      >
        <fieldset>
          <legend>Calendar</legend>
          {!stored && (
            <TextField
              id="calendar-name"
              label="Name"
              hint="1 to 64 letters, digits, _ and -. Tasks name the calendar by it, and it stays as it is."
              errors={fieldErrors(problem, '/calendarName', 'Name')}
              look="short"
              required
              value={draft.name}
              onChange={(text) => change({ name: text })}
            />
          )}
          <fieldset class="field">
            <legend>Closed weekdays</legend>
            <div class="choices">
              {weekdays.map((weekday) => (
                <label key={weekday} class="choice">
                  <input
                    type="checkbox"
                    checked={draft.weekend.includes(weekday)}
                    onChange={({ currentTarget: { checked } }) =>
                      change({
                        weekend: weekdays.filter((one) => (one === weekday ? checked : draft.weekend.includes(one))),
                      })
                    }
                  />
                  {weekdayName(weekday)}
                </label>
              ))}
            </div>
          </fieldset>
        </fieldset>
        <AddDays pending={pending} onAdd={(days) => change({ days: withDays(draft.days, days) })} />
        <ImportDays pending={pending} draft={draft} isNew={!stored} onImport={(days) => change({ days })} />
        <div class="listed-days">
          <h2>Days of the list</h2>
          <FieldErrors id="days-error" errors={fieldErrors(problem, '/days', 'The list')} />
          <p class="quiet">{listWords(initial, draft)}</p>
          <DayList
            days={draft.days}
            onRemove={({ first, last }) => change({ days: draft.days.filter(({ day }) => day < first || day > last) })}
          />
        </div>
      </SaveForm>
      {review && (
        <ReviewDialog
          review={review}
          draft={{ ...draft, name }}
          onSaved={() => done(`Saved “${name}”.`)}
          onCancel={() => setReview(undefined)}
        />
      )}
    </>
  )
}

/** How many days a form lists, and how they differ from those that are stored. */
function listWords(initial: CalendarDraft, draft: CalendarDraft): string {
  if (draft.days.length === 0 && initial.days.length === 0) return 'None yet: only the weekdays above are closed.'
  const { added, removed, changed } = changesOf(initial.days, draft.days)
  const parts = [
    ...(added.length > 0 ? [`${added.length} added`] : []),
    ...(removed.length > 0 ? [`${removed.length} taken away`] : []),
    ...(changed.length > 0 ? [`${changed.length} changed`] : []),
  ]
  const not = parts.length === 0 ? '' : `, ${parts.join(', ')}, not saved yet`
  return `${counted(draft.days.length, 'day')}${not}.`
}
