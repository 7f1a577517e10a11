import { useEffect, useRef } from 'preact/hooks'
import { readTask } from '../client/api.ts'
import { navigate } from '../client/navigation.ts'
import { hrefOf, type RouteOf, runRoute, taskRoute } from '../client/route.ts'
import { readRun } from '../client/runs.ts'
import { usePolling } from '../client/use-polling.ts'
import { ExecutionDetails } from '../executions/details.tsx'
import { StatusBadge } from '../parts/status-badge.tsx'
import { Time } from '../parts/time.tsx'
import { showErrorToast, showToast } from '../parts/toast.tsx'

const pollSeconds = 2

interface OpenedProps {
  /** The ids of the task and of the run, with a point between. */
  readonly open: string
  readonly route: RouteOf<'runs'>
  onRun(): void
}

/** One run with what was sent and answered. It is read by its id, so its address stays right when newer runs come. */
export function OpenedRun({ open, route, onRun }: OpenedProps) {
  const [taskId = '', id = ''] = open.split('.')
  const isOver = useRef(false)
  const { data, problem } = usePolling(
    async (signal) => {
      const [execution, { task }] = await Promise.all([readRun(taskId, id, signal), readTask(taskId, signal)])
      const isOpen = execution.status === 'queued' || execution.status === 'started'
      isOver.current = !isOpen
      return { execution, task, isOpen }
    },
    open,
    isOver.current ? undefined : pollSeconds,
  )
  const pane = useRef<HTMLElement>(null)
  useEffect(() => {
    // A reader who came by the link in the row goes on reading here.
    if (document.activeElement?.closest('.runs')) pane.current?.scrollIntoView({ block: 'nearest' })
  }, [])
  return (
    <aside class="opened-run" ref={pane} aria-label="The opened run">
      <div class="title">
        <h2>
          {data ? <a href={hrefOf(taskRoute(taskId))}>{data.task.name}</a> : 'A run'}
          {data && (
            <span class="quiet">
              {' '}
              <Time at={data.execution.started_at ?? data.execution.created_at} />
            </span>
          )}
        </h2>
        <div class="actions">
          <button type="button" class="plain" onClick={() => copy(hrefOf(runRoute(taskId, id)))}>
            Copy its link
          </button>
          <button type="button" class="plain" onClick={() => navigate({ ...route, open: '' })}>
            Close
          </button>
        </div>
      </div>
      {data && (
        <p>
          <StatusBadge status={data.execution.status} />
        </p>
      )}
      {!data && !problem && <p class="quiet">Loading…</p>}
      {!data && problem && (
        <p class="quiet">
          {problem.status === 404
            ? 'This run is gone: its task was deleted, or it is older than runs are kept.'
            : problem.message}
        </p>
      )}
      {data && <ExecutionDetails {...data} onRun={onRun} />}
    </aside>
  )
}

async function copy(href: string): Promise<void> {
  const address = new URL(href, location.href).href
  try {
    await navigator.clipboard.writeText(address)
    showToast('Copied the link to this run.')
  } catch {
    // Without HTTPS a browser may not let a page write to the clipboard.
    showErrorToast(`The link could not be copied. It is ${address}`)
  }
}
