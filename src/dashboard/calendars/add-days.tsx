import { useRef, useState } from 'preact/hooks'
import type { CalendarDay } from '../client/calendars.ts'
import { counted } from '../format/labels.ts'
import { Field } from '../parts/field.tsx'
import { DayInput } from './day-input.tsx'
import { daysBetween, readDay, yearsAhead } from './draft.ts'
import { type Pending, usePending } from './pending.ts'

/** The longest note of a day, in characters, as the API takes it. */
const longestNote = 200
/** The most days that are added at once, in a row. */
const mostDays = 366
const dayMs = 86_400_000

interface Wrong {
  readonly first?: string
  readonly last?: string
  readonly note?: string
}

interface AddProps {
  readonly pending: Pending
  onAdd(days: readonly CalendarDay[]): void
}

const form = 'as a day, such as 2026-12-25.'

/** Fields by which a day, or several in a row, are added to the calendar in the form. */
export function AddDays({ pending, onAdd }: AddProps) {
  const [first, setFirst] = useState('')
  const [last, setLast] = useState('')
  const [kind, setKind] = useState<CalendarDay['kind']>('closed')
  const [note, setNote] = useState('')
  const [isYearly, setYearly] = useState(false)
  const [wrong, setWrong] = useState<Wrong>({})
  const [told, setTold] = useState('')
  const whole = useRef<HTMLFieldSetElement>(null)
  const isTyped = `${first}${last}${note}`.trim() !== ''
  const focus = (id: string) => whole.current?.querySelector<HTMLElement>(`#${id}`)?.focus()
  usePending(pending, 'days', isTyped, () => {
    setWrong({ first: 'Add it to the list, or empty these fields: what stands here is not saved.' })
    focus('day-first')
  })
  const add = () => {
    const from = readDay(first)
    const to = last.trim() === '' ? from : readDay(last)
    const found = problemsOf(from, to, note)
    setWrong(found)
    setTold('')
    if (from === undefined || to === undefined || Object.keys(found).length > 0) {
      return focus(found.first ? 'day-first' : found.last ? 'day-last' : 'day-note')
    }
    const days = daysBetween(from, to, isYearly).map((day) => ({ day, kind, note: note.trim() || null }))
    onAdd(days)
    setTold(`Added ${counted(days.length, 'day')}. Save the calendar, so that it counts.`)
    setFirst('')
    setLast('')
    setNote('')
    focus('day-first')
  }
  return (
    <fieldset
      ref={whole}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || !(event.target instanceof HTMLInputElement)) return
        // Enter adds the days, and does not save the calendar.
        event.preventDefault()
        add()
      }}
    >
      <legend>Add days</legend>
      <div class="day-fields">
        <Field id="day-first" label="Day, or first day" errors={wrong.first ? [wrong.first] : []}>
          {(attributes) => <DayInput attributes={attributes} value={first} onChange={setFirst} />}
        </Field>
        <Field id="day-last" label="Last day" hint="Empty: one day only." errors={wrong.last ? [wrong.last] : []}>
          {(attributes) => <DayInput attributes={attributes} value={last} placeholder="" onChange={setLast} />}
        </Field>
      </div>
      <Field
        id="day-note"
        label="What it is"
        hint="Such as Christmas Day. Tasks that are left out on it say so."
        errors={wrong.note ? [wrong.note] : []}
      >
        {(attributes) => (
          <input
            {...attributes}
            autocomplete="off"
            value={note}
            onInput={({ currentTarget }) => setNote(currentTarget.value)}
          />
        )}
      </Field>
      <div class="choices">
        {(['closed', 'open'] as const).map((one) => (
          <label key={one} class="choice">
            <input type="radio" name="day-kind" checked={kind === one} onChange={() => setKind(one)} />
            {one === 'closed' ? 'Closed' : 'Open, also on a closed weekday'}
          </label>
        ))}
        <label class="choice">
          <input
            type="checkbox"
            checked={isYearly}
            onChange={({ currentTarget }) => setYearly(currentTarget.checked)}
          />
          Every year, entered for {yearsAhead} years
        </label>
      </div>
      <div class="actions">
        <button type="button" onClick={add}>
          Add to the list
        </button>
        <p role="status" class="quiet">
          {told}
        </p>
      </div>
    </fieldset>
  )
}

function problemsOf(from: string | undefined, to: string | undefined, note: string): Wrong {
  const length = from && to ? (Date.parse(to) - Date.parse(from)) / dayMs + 1 : 1
  return {
    ...(from === undefined && { first: `Write it ${form}` }),
    ...(from !== undefined && to === undefined && { last: `Write it ${form}` }),
    ...(length < 1 && { last: 'The last day must not be before the first one.' }),
    ...(length > mostDays && { last: `At most ${mostDays} days are added at once: choose an earlier last day.` }),
    ...([...note].length > longestNote && { note: `It must have at most ${longestNote} characters.` }),
  }
}
