import { useEffect } from 'preact/hooks'
import { statuses } from '../../task-fields/statuses.ts'
import { navigate } from '../client/navigation.ts'
import { type Overview, readOutages, readOverview } from '../client/overview.ts'
import { allRunsRoute, allTasksRoute, hrefOf, type RouteOf } from '../client/route.ts'
import { serverNow } from '../client/server-clock.ts'
import { session } from '../client/session.ts'
import { setTitle } from '../client/title.ts'
import { usePolling } from '../client/use-polling.ts'
import { count } from '../format/format-time.ts'
import { counted } from '../format/labels.ts'
import { StaleBanner } from '../parts/stale-banner.tsx'
import { outcomeLabel, total } from '../plots/figures.ts'
import { CatchingUp } from './catching-up.tsx'
import { EndingCalendars } from './ending-calendars.tsx'
import { FailingTasks } from './failing.tsx'
import { failingCount } from './failing-count.ts'
import { FirstTask } from './first-task.tsx'
import { Numbers } from './numbers.tsx'
import { DaysPlot, readyPlots } from './plots.tsx'
import { spanOf } from './span-of.ts'
import { DaysTable } from './tables.tsx'
import { Legend, Timeline } from './timeline.tsx'

const pollSeconds = 2
/** How often it is asked when Duly did not run, in seconds. */
const outageSeconds = 30
/** The most groups of failing tasks that the API returns. */
const allGroups = 1000
const noGroups = { tasks: 0, groups: 0, listed: [] }
const nothing: Pick<Overview, 'quarters' | 'hours' | 'days' | 'failing_groups' | 'alerts' | 'upcoming'> = {
  quarters: [],
  hours: [],
  days: [],
  failing_groups: { recent: noGroups, older: noGroups, stopped: noGroups },
  alerts: { counts: { failing: 0, late: 0, long: 0 }, failing: [] },
  upcoming: [],
}

/** The overview, and when it was read, in ms since 1970. */
async function readOverviewNow(signal: AbortSignal, groups?: number): Promise<Overview & { readonly now: number }> {
  return { ...(await readOverview(signal, groups)), now: serverNow() }
}

/**
 * The overview: failing tasks first, then past and upcoming runs. What stands below the failing tasks comes when it is known how
 * many there are, and of which outages the timeline tells, so that nothing moves.
 */
export function OverviewScreen({ route }: { route: RouteOf<'overview'> }) {
  const all = route.failing === 'all'
  const { data, problem, reload } = usePolling(
    (signal) => readOverviewNow(signal, all ? allGroups : undefined),
    `overview ${all}`,
    pollSeconds,
  )
  const outages = usePolling(readOutages, 'outages', outageSeconds)
  const now = session.value
  const loading = data === undefined
  const isKnown = data !== undefined && (outages.data !== undefined || outages.problem !== undefined)
  const { quarters, hours, days, failing_groups, alerts, upcoming } = data ?? nothing
  const failing = failingCount(failing_groups)
  const empty = data && data.tasks.active + data.tasks.paused + data.tasks.disabled === 0
  useEffect(() => {
    // So that the tab shows failures even in the background.
    setTitle(failing > 0 ? `${count(failing)} failing` : 'Overview')
  }, [failing])
  useEffect(readyPlots, [])
  return (
    <>
      <div class="title">
        <h1>Overview</h1>
        <TaskCounts tasks={data?.tasks} />
      </div>
      <StaleBanner problem={problem} />
      <CatchingUp catchUp={data?.catch_up ?? null} onChange={reload} />
      <EndingCalendars calendars={data?.ending_calendars ?? []} />
      {data !== undefined && data.unreadable > 0 && (
        <p class="warning">
          Of {counted(data.unreadable, 'task')} only the next run is shown: this server cannot read the pattern or the
          time zone.
        </p>
      )}
      {empty ? (
        <FirstTask serviceId={now.kind === 'out' ? '' : now.serviceId} />
      ) : (
        <div class="overview" aria-busy={!isKnown}>
          <FailingTasks parts={failing_groups} alerts={alerts.counts} all={all} loading={loading} />
          {isKnown && (
            <>
              <Timeline
                route={route}
                now={data.now}
                quarters={quarters}
                hours={hours}
                upcoming={upcoming}
                outages={outages.data ?? []}
                onChange={reload}
              />
              <div class="below">
                <Days days={days} />
                <Numbers data={data} />
              </div>
            </>
          )}
        </div>
      )}
    </>
  )
}

function TaskCounts({ tasks }: { tasks: Overview['tasks'] | undefined }) {
  return (
    <p class="task-counts">
      {statuses.map((status) => (
        <a key={status} href={hrefOf({ ...allTasksRoute, status })}>
          <strong>{tasks ? count(tasks[status]) : '–'}</strong> {status}
        </a>
      ))}
    </p>
  )
}

function Days({ days }: { days: Overview['days'] }) {
  const sums = total(days)
  return (
    <section aria-labelledby="days-title">
      <h2 id="days-title">
        The last seven days <span class="hint">in UTC</span>
      </h2>
      <Legend
        sums={sums}
        to={(status) => ({ ...allRunsRoute, status, from: days[0] ? spanOf(days[0].at, 0).from : '' })}
      />
      <DaysPlot
        days={days}
        label={`By day. Last seven days: ${outcomeLabel(sums)}.`}
        onPick={(day) => navigate({ ...allRunsRoute, ...spanOf(day, 24 * 3_600_000) })}
      />
      <DaysTable days={days} />
    </section>
  )
}
