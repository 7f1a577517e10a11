import type { Overview } from '../client/overview.ts'
import { counted } from '../format/labels.ts'

/** Calendars whose days come to an end soon, so that their tasks will run on days that should be closed; nothing if there is none. */
export function EndingCalendars({ calendars }: { calendars: Overview['ending_calendars'] }) {
  return (
    <>
      {calendars.map(({ name, last_day, tasks }) => (
        <p key={name} class="warning">
          The calendar <strong>{name}</strong> lists no days after {last_day}, and {counted(tasks, 'task')}{' '}
          {tasks === 1 ? 'uses' : 'use'} it. Set it with later days: <code>duly calendar set {name} --ics FILE</code>.
        </p>
      ))}
    </>
  )
}
