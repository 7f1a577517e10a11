import { replaceRoute } from '../client/navigation.ts'
import { type RouteOf, timeInRoute } from '../client/route.ts'
import { serverNow } from '../client/server-clock.ts'
import { later } from '../parts/later.tsx'

const minuteMs = 60_000

const TaskWhy = later(
  async () => (await import('./task-why.tsx')).TaskWhy,
  () => <p class="quiet">Loading…</p>,
)

/** Why a task did, or did not, run at a time, loaded when the reader opens the section. The address holds the time. */
export function WhySection({ route }: { route: RouteOf<'task'> }) {
  const open = route.at !== ''
  return (
    <section aria-labelledby="why">
      <details
        open={open}
        onToggle={(event) => {
          // This event also follows when the address has opened the section.
          if (event.currentTarget.open === open) return
          const now = Math.floor(serverNow() / minuteMs) * minuteMs
          replaceRoute({ ...route, at: open ? '' : timeInRoute(now) })
        }}
      >
        <summary class="section-summary">
          <h2 id="why">Why did it not run?</h2>
        </summary>
        {open && <TaskWhy route={route} />}
      </details>
    </section>
  )
}
