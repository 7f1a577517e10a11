import { useEffect } from 'preact/hooks'
import { listChanges } from '../client/api.ts'
import { allTasksRoute, hrefOf } from '../client/route.ts'
import { setTitle } from '../client/title.ts'
import { usePolling } from '../client/use-polling.ts'
import { NoSuchTask } from '../parts/no-such-task.tsx'
import { Time } from '../parts/time.tsx'
import { ChangeTable } from './change-table.tsx'
import { actorLabel } from './labels.ts'

/** So many of its last changes are shown. */
const shown = 10
const pollSeconds = 30

/**
 * Shown at the address of a task that the API does not have: when and by whom it was deleted, with the fields that it had, if its
 * changes are still kept.
 */
export function GoneTask({ id }: { id: string }) {
  const { data, problem, busy } = usePolling(
    (signal) => listChanges(id, { page: 1, count: shown }, signal),
    id,
    pollSeconds,
  )
  const changes = data?.records ?? []
  const deletion = changes.find(({ action }) => action === 'task_deleted')
  useEffect(() => {
    if (deletion) setTitle(`${deletion.name}, deleted`)
  }, [deletion?.name])
  if (!data && !problem) return <p class="quiet loading">Loading…</p>
  if (!deletion) return <NoSuchTask />
  return (
    <>
      <p class="trail">
        <a href={hrefOf(allTasksRoute)}>Tasks</a>
      </p>
      <h1>{deletion.name}</h1>
      <p>
        This task was deleted <Time at={deletion.at} /> by {actorLabel(deletion)}. These are its last changes; the first
        has its fields as they were.
      </p>
      <ChangeTable label="Changes" changes={changes} busy={busy} isGone />
    </>
  )
}
