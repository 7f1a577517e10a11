import { useState } from 'preact/hooks'
import { type ListedCalendar, listCalendars } from '../client/calendars.ts'
import { tokenMay } from '../client/rights.ts'
import { hrefOf } from '../client/route.ts'
import { usePolling } from '../client/use-polling.ts'
import { calendarRoute, tasksOfCalendarRoute } from '../client/used-routes.ts'
import { count } from '../format/format-time.ts'
import { counted } from '../format/labels.ts'
import { ListScreen } from '../parts/list-screen.tsx'
import { RowsTable } from '../parts/rows-table.tsx'
import { CalendarDelete } from './calendar-delete.tsx'
import { dayLabel, endOf, weekendWords } from './day-words.ts'

const pollSeconds = 30
const newCalendar = hrefOf({ screen: 'new-calendar' })

/** The calendars of the service: how many days each lists and until when, and how many tasks use it. */
export function CalendarsScreen() {
  const mayWrite = tokenMay('write')
  const list = usePolling(listCalendars, 'calendars', pollSeconds)
  const [toDelete, setToDelete] = useState<string>()
  return (
    <>
      <ListScreen
        title="Calendars"
        create={{ href: newCalendar, words: 'New calendar' }}
        list={list}
        empty={
          <>
            No calendar yet. A calendar says which days are closed, such as holidays: tasks with a cron pattern that use
            it have no runs on them, or have them on the nearest open day.{' '}
            {mayWrite && <a href={newCalendar}>Create the first one</a>}
          </>
        }
      >
        {(calendars) => (
          <RowsTable
            class="calendars"
            label="Calendars"
            busy={list.busy}
            heads={['Calendar', 'Days', 'Last day', 'Used by']}
            hasActions={mayWrite}
          >
            {calendars.map((calendar) => (
              <Row key={calendar.name} calendar={calendar} mayWrite={mayWrite} onDelete={setToDelete} />
            ))}
          </RowsTable>
        )}
      </ListScreen>
      {toDelete !== undefined && (
        <CalendarDelete
          name={toDelete}
          onDeleted={() => {
            setToDelete(undefined)
            list.reload()
          }}
          onCancel={() => setToDelete(undefined)}
        />
      )}
    </>
  )
}

interface RowProps {
  readonly calendar: ListedCalendar
  readonly mayWrite: boolean
  onDelete(name: string): void
}

function Row({ calendar, mayWrite, onDelete }: RowProps) {
  const { name, weekend, day_count, last_day, task_count } = calendar
  const end = endOf(calendar)
  return (
    <tr>
      <td class="cell-calendar">
        <a class="name" href={hrefOf(calendarRoute(name))}>
          {name}
        </a>
        <span class="quiet line">{weekendWords(weekend)}</span>
      </td>
      <td class="cell-days">
        {count(day_count)}
        <span class="only-narrow"> {day_count === 1 ? 'day' : 'days'}</span>
      </td>
      <td class="cell-last">
        {last_day === null ? (
          <span class="quiet">none listed</span>
        ) : (
          <>
            <span class="only-narrow">until </span>
            <time dateTime={last_day}>{dayLabel(last_day)}</time>
          </>
        )}
        {end.words !== '' && <span class={`line ${end.isNear ? 'warning' : 'quiet'}`}>{end.words}</span>}
      </td>
      <td class="cell-tasks">
        {task_count === 0 ? (
          <span class="quiet">no task</span>
        ) : (
          <a href={hrefOf(tasksOfCalendarRoute(name))}>{counted(task_count, 'task')}</a>
        )}
      </td>
      {mayWrite && (
        <td class="cell-actions">
          <div class="actions">
            <a class="button" aria-label={`Edit ${name}`} href={hrefOf({ screen: 'edit-calendar', name })}>
              Edit
            </a>
            <button type="button" class="danger" aria-label={`Delete ${name}`} onClick={() => onDelete(name)}>
              Delete
            </button>
          </div>
        </td>
      )}
    </tr>
  )
}
