import { useRef, useState } from 'preact/hooks'
import type { ApiError } from '../client/api.ts'
import { type CalendarDay, writeCalendar } from '../client/calendars.ts'
import { counted } from '../format/labels.ts'
import { ActButton } from '../parts/act-button.tsx'
import { Field } from '../parts/field.tsx'
import { fieldErrors, useSave } from '../parts/use-save.ts'
import { bodyOf, type CalendarDraft, changesOf, withDays, withMeanwhile } from './draft.ts'
import { isIcs, readLines } from './files.ts'
import { type Pending, usePending } from './pending.ts'

interface ImportProps {
  readonly pending: Pending
  readonly draft: CalendarDraft
  readonly isNew: boolean
  onImport(days: readonly CalendarDay[]): void
}

/** What is wrong with a text, or with what it was to be added to. */
function problemsOf(problem: ApiError | undefined): string[] {
  const here = fieldErrors(problem, '/ics', 'It')
  return here.length > 0 || problem === undefined ? here : [problem.message]
}

/** What came of a text that was read. */
interface Result {
  readonly words: string
  readonly leftOut: readonly string[]
}

/** Fields by which the days of a calendar file, or of lines, are taken over into the calendar in the form. Nothing is saved. */
export function ImportDays({ pending, draft, isNew, onImport }: ImportProps) {
  const [text, setText] = useState('')
  const [replaces, setReplaces] = useState(false)
  const [wrong, setWrong] = useState<string>()
  const [result, setResult] = useState<Result>()
  const reading = useSave({ ics: text })
  // The list may be changed while a file is read, which the function that waits for it does not see.
  const latest = useRef(draft.days)
  latest.current = draft.days
  const file = useRef<HTMLInputElement>(null)
  usePending(pending, 'file', text.trim() !== '', () => {
    setWrong('Read it into the list, or empty this field: what stands here is not saved.')
    document.getElementById('calendar-text')?.focus()
  })
  const take = (read: readonly CalendarDay[], leftOut: readonly string[]) => {
    const after = withMeanwhile(read, draft.days, latest.current)
    const { added, removed, changed } = changesOf(latest.current, after)
    const parts = [
      `${counted(added.length, 'day')} added`,
      ...(changed.length > 0 ? [`${counted(changed.length, 'day')} changed`] : []),
      ...(removed.length > 0 ? [`${counted(removed.length, 'day')} taken away`] : []),
    ]
    setResult({ words: `${parts.join(', ')}. Save the calendar, so that it counts.`, leftOut })
    setText((last) => (last === text ? '' : last))
    // The same file can be chosen again.
    if (file.current) file.current.value = ''
    onImport(after)
  }
  const read = () =>
    reading.save(async () => {
      setWrong(undefined)
      setResult(undefined)
      if (text.trim() === '') return setWrong('Choose a file, or paste its text.')
      const kept = replaces ? [] : draft.days
      if (!isIcs(text)) {
        const lines = readLines(text)
        if ('problem' in lines) return setWrong(`It ${lines.problem}`)
        return take(withDays(kept, lines.days), [])
      }
      // A calendar that there is not: nothing of another one is looked at.
      const name = isNew ? `new_${Date.now()}` : draft.name
      const body = { ...bodyOf({ ...draft, days: kept }), ics: text, dry_run: true }
      const { days, left_out } = await writeCalendar(name, body)
      take(days, left_out)
    })
  return (
    <fieldset>
      <legend>Import a calendar file</legend>
      <Field
        id="calendar-file"
        label="File"
        hint="Its whole-day events become closed days, with their titles as notes; yearly events are entered for ten years. Days by lines are read too: 2026-12-25 closed Christmas Day."
      >
        {(attributes) => (
          <input
            {...attributes}
            ref={file}
            type="file"
            accept=".ics,.txt,text/calendar,text/plain"
            onChange={async ({ currentTarget }) => {
              const [file] = currentTarget.files ?? []
              if (file) setText(await file.text())
            }}
          />
        )}
      </Field>
      <Field id="calendar-text" label="Its text" errors={wrong === undefined ? problemsOf(reading.problem) : [wrong]}>
        {(attributes) => (
          <textarea
            {...attributes}
            class="code"
            rows={4}
            autocomplete="off"
            spellcheck={false}
            placeholder="BEGIN:VCALENDAR …"
            value={text}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
        )}
      </Field>
      <div class="choices">
        {[false, true].map((one) => (
          <label key={String(one)} class="choice">
            <input type="radio" name="import-kind" checked={replaces === one} onChange={() => setReplaces(one)} />
            {one ? 'Instead of all days of the list' : 'Beside the days of the list'}
          </label>
        ))}
      </div>
      <div class="actions">
        <ActButton busy={reading.busy} onAct={read}>
          {reading.busy ? 'Reading…' : 'Read into the list'}
        </ActButton>
      </div>
      <div role="status" class="import-result">
        {result && <p class="quiet">{result.words}</p>}
        {result && result.leftOut.length > 0 && (
          <>
            <p class="warning">Not taken from the file:</p>
            <ul>
              {result.leftOut.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          </>
        )}
      </div>
    </fieldset>
  )
}
