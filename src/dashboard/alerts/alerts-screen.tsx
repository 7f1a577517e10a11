import { useState } from 'preact/hooks'
import { type Alert, listAlerts } from '../client/alerts.ts'
import { tokenMay } from '../client/rights.ts'
import { channelsRoute, hrefOf, openAlertsRoute, type RouteOf } from '../client/route.ts'
import { listSilences } from '../client/silences.ts'
import { usePolling } from '../client/use-polling.ts'
import { AlertTabs } from '../parts/alert-tabs.tsx'
import { Empty } from '../parts/empty.tsx'
import { StaleBanner } from '../parts/stale-banner.tsx'
import { AlertFilters } from './filters.tsx'
import { MuteDialog } from './mute-dialog.tsx'
import { SilenceDialog } from './silence-dialog.tsx'
import { Silences } from './silences.tsx'
import { AlertTable } from './table.tsx'

const pageSize = 50
const pollSeconds = 5

/** The alerts of the service that match the filters, newest first. */
export function AlertsScreen({ route }: { route: RouteOf<'alerts'> }) {
  const { kind, task, cursor } = route
  const state = route.state === 'all' ? '' : route.state || 'open'
  const { data, problem, busy, reload } = usePolling(
    (signal) => listAlerts({ state, kind, task_id: task, cursor, limit: pageSize }, signal),
    hrefOf(route),
    pollSeconds,
  )
  const silences = usePolling(listSilences, 'silences', pollSeconds)
  const [toMute, setToMute] = useState<Alert>()
  const [isSilencing, setSilencing] = useState(false)
  const changed = () => {
    reload()
    silences.reload()
  }
  const alerts = data?.records ?? []
  return (
    <>
      <div class="title">
        <h1>Alerts</h1>
        {tokenMay('write') && (
          <button type="button" onClick={() => setSilencing(true)}>
            New silence
          </button>
        )}
      </div>
      <AlertTabs current="alerts" />
      <AlertFilters route={route} taskName={alerts[0]?.task_name ?? undefined} />
      <StaleBanner problem={problem ?? silences.problem} />
      {!data && !problem && <p class="quiet loading">Loading…</p>}
      {data && alerts.length === 0 && <NoAlerts route={route} />}
      {alerts.length > 0 && <AlertTable alerts={alerts} busy={busy} onMute={setToMute} onChange={reload} />}
      <Pages route={route} next={data?.next_cursor ?? null} />
      {data && silences.data && silences.data.length > 0 && <Silences silences={silences.data} onChange={changed} />}
      {isSilencing && (
        <SilenceDialog
          onCreated={() => {
            setSilencing(false)
            changed()
          }}
          onCancel={() => setSilencing(false)}
        />
      )}
      {toMute && (
        <MuteDialog
          alert={toMute}
          onMuted={() => {
            setToMute(undefined)
            changed()
          }}
          onCancel={() => setToMute(undefined)}
        />
      )}
    </>
  )
}

/** Links to the newest and to the next older alerts, when they are on another page. */
function Pages({ route, next }: { route: RouteOf<'alerts'>; next: string | null }) {
  if (route.cursor === '' && next === null) return null
  return (
    <nav class="actions" aria-label="Pages of alerts">
      {route.cursor !== '' && (
        <a class="button" rel="first" href={hrefOf({ ...route, cursor: '' })}>
          Newest
        </a>
      )}
      {next !== null && (
        <a class="button" rel="next" href={hrefOf({ ...route, cursor: next })}>
          Older
        </a>
      )}
    </nav>
  )
}

function NoAlerts({ route }: { route: RouteOf<'alerts'> }) {
  const narrowed = route.kind !== '' || route.task !== ''
  if (route.cursor !== '')
    return (
      <Empty>
        This page is empty. <a href={hrefOf({ ...route, cursor: '' })}>Show the newest alerts</a>.
      </Empty>
    )
  if (narrowed || route.state !== '')
    return (
      <Empty>
        No alert matches. <a href={hrefOf(openAlertsRoute)}>Show all open alerts</a>.
      </Empty>
    )
  return (
    <Empty>
      No alert is open. One opens when a task starts failing, does not start, or runs long, and{' '}
      <a href={hrefOf(channelsRoute)}>channels</a> are told of it.
    </Empty>
  )
}
