import { useEffect } from 'preact/hooks'
import { readCalendar } from '../client/calendars.ts'
import type { RouteOf } from '../client/route.ts'
import { setTitle } from '../client/title.ts'
import { usePolling } from '../client/use-polling.ts'
import { StaleBanner } from '../parts/stale-banner.tsx'
import { CalendarForm } from './calendar-form.tsx'
import { Trail } from './trail.tsx'

/** The screen that creates a calendar. */
export function NewCalendarScreen() {
  return (
    <>
      <Trail />
      <h1>New calendar</h1>
      <CalendarForm />
    </>
  )
}

/** The screen that changes a calendar. It is read once. */
export function EditCalendarScreen({ route: { name } }: { route: RouteOf<'edit-calendar'> }) {
  const { data, problem } = usePolling((signal) => readCalendar(name, signal), name)
  useEffect(() => setTitle(`Edit calendar ${name}`), [name])
  return (
    <>
      <Trail />
      <h1>Edit calendar {name}</h1>
      <StaleBanner problem={problem} />
      {!data && !problem && <p class="quiet">Loading…</p>}
      {data && <CalendarForm key={data.name} stored={data} />}
    </>
  )
}
