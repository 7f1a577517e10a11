import { useRef, useState } from 'preact/hooks'
import type { CalendarDay } from '../client/calendars.ts'
import { counted } from '../format/labels.ts'
import { useRestoreFocus } from '../parts/restore-focus.ts'
import { yearsOf } from './day-groups.ts'
import { type DaySpan, dayLabel, monthName, spanLabel, spanWords, today } from './day-words.ts'

interface ListProps {
  /** In ascending order. */
  readonly days: readonly CalendarDay[]
  /** Takes the days of a span away; without it the list is only read. */
  onRemove?(span: DaySpan): void
}

/** The days of a calendar by year and month. Those that are past are folded. */
export function DayList({ days, onRemove }: ListProps) {
  const [isOpen, setOpen] = useState(false)
  const list = useRef<HTMLDivElement>(null)
  // The button that took a day away has gone with it.
  useRestoreFocus(list)
  const now = today()
  const past = days.filter(({ day }) => day < now)
  const [first] = past
  return (
    <div class="day-list" tabIndex={-1} ref={list}>
      {first && (
        <details class="past-days" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
          <summary>
            {counted(past.length, 'past day')}, from {dayLabel(first.day)}
          </summary>
          {isOpen && <Years days={past} onRemove={onRemove} />}
        </details>
      )}
      <Years days={days.slice(past.length)} onRemove={onRemove} />
    </div>
  )
}

function Years({ days, onRemove }: { days: readonly CalendarDay[]; onRemove: ListProps['onRemove'] }) {
  return (
    <>
      {yearsOf(days).map(({ year, months }) => (
        <section key={year} class="calendar-year" aria-label={year}>
          <h2>{year}</h2>
          <div class="calendar-months">
            {months.map(({ month, spans }) => (
              <div key={month}>
                <h3>{monthName(`${month}-01`)}</h3>
                <ul>
                  {spans.map((span) => (
                    <Span key={span.first} span={span} onRemove={onRemove} />
                  ))}
                </ul>
              </div>
            ))}
          </div>
        </section>
      ))}
    </>
  )
}

function Span({ span, onRemove }: { span: DaySpan; onRemove: ListProps['onRemove'] }) {
  const { first, kind, note } = span
  return (
    <li>
      <time dateTime={first}>{spanLabel(span)}</time>
      <span>
        {kind === 'open' && <strong class="open-day">open</strong>}
        {kind === 'open' && note !== null && ', '}
        {note ?? (kind === 'closed' && <span class="quiet">closed</span>)}
      </span>
      {onRemove && (
        <button type="button" class="plain" aria-label={`Remove ${spanWords(span)}`} onClick={() => onRemove(span)}>
          Remove
        </button>
      )}
    </li>
  )
}
