import { useEffect, useState } from 'preact/hooks'
import { readCalendar, type WholeCalendar } from '../client/calendars.ts'
import { navigate } from '../client/navigation.ts'
import { tokenMay } from '../client/rights.ts'
import { hrefOf, type RouteOf } from '../client/route.ts'
import { setTitle } from '../client/title.ts'
import { usePolling } from '../client/use-polling.ts'
import { calendarsRoute, tasksOfCalendarRoute } from '../client/used-routes.ts'
import { capital, counted } from '../format/labels.ts'
import { StaleBanner } from '../parts/stale-banner.tsx'
import { CalendarDelete } from './calendar-delete.tsx'
import { DayList } from './day-list.tsx'
import { dayLabel, endOf, weekendWords } from './day-words.ts'
import { ExportMenu } from './export-menu.tsx'
import { Trail } from './trail.tsx'

const pollSeconds = 30

/** A calendar: which days are closed or open, and which tasks use it. */
export function CalendarScreen({ route: { name } }: { route: RouteOf<'calendar'> }) {
  const mayWrite = tokenMay('write')
  const { data, problem } = usePolling((signal) => readCalendar(name, signal), name, pollSeconds)
  const [deleting, setDeleting] = useState(false)
  useEffect(() => setTitle(`Calendar ${name}`), [name])
  return (
    <>
      <Trail />
      <div class="title">
        <h1>Calendar {name}</h1>
        {data && (
          <div class="actions calendar-actions">
            {mayWrite && (
              <a class="button main" href={hrefOf({ screen: 'edit-calendar', name })}>
                Edit
              </a>
            )}
            <ExportMenu calendar={data} />
            {mayWrite && (
              <button type="button" class="danger" onClick={() => setDeleting(true)}>
                Delete
              </button>
            )}
          </div>
        )}
      </div>
      <StaleBanner problem={problem} />
      {!data && !problem && <p class="quiet loading">Loading…</p>}
      {data && <Days calendar={data} />}
      {deleting && (
        <CalendarDelete name={name} onDeleted={() => navigate(calendarsRoute)} onCancel={() => setDeleting(false)} />
      )}
    </>
  )
}

function Days({ calendar }: { calendar: WholeCalendar }) {
  const { name, weekend, days, last_day, task_count } = calendar
  const end = endOf(calendar)
  return (
    <>
      <p>
        {capital(weekendWords(weekend))}.{' '}
        {last_day === null
          ? 'It lists no days beside them.'
          : `It lists ${counted(days.length, 'day')} beside them, up to ${dayLabel(last_day)}.`}{' '}
        {task_count === 0 ? (
          'No task uses it.'
        ) : (
          <>
            <a href={hrefOf(tasksOfCalendarRoute(name))}>{counted(task_count, 'task')}</a>{' '}
            {task_count === 1 ? 'uses' : 'use'} it.
          </>
        )}
      </p>
      {end.words !== '' && (
        <p class={end.isNear ? 'warning' : 'quiet'}>
          The list of days {end.words}: after it only weekdays are known, and tasks run on holidays.
        </p>
      )}
      <DayList days={days} />
    </>
  )
}
