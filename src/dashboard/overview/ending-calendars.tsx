import type { Overview } from '../client/overview.ts'
import { hrefOf } from '../client/route.ts'
import { calendarRoute } from '../client/used-routes.ts'
import { counted } from '../format/labels.ts'

/** Calendars whose days come to an end soon, so that their tasks will run on days that should be closed; nothing if there is none. */
export function EndingCalendars({ calendars }: { calendars: Overview['ending_calendars'] }) {
  return (
    <>
      {calendars.map(({ name, last_day, tasks }) => (
        <p key={name} class="warning">
          The calendar <a href={hrefOf(calendarRoute(name))}>{name}</a> lists no days after {last_day}, and{' '}
          {counted(tasks, 'task')} {tasks === 1 ? 'uses' : 'use'} it: add later ones, or set it with{' '}
          <code>duly calendar set {name} --ics FILE</code>.
        </p>
      ))}
    </>
  )
}
