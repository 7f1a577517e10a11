import type { ComponentChildren, RefObject } from 'preact'
import { Fragment } from 'preact'
import { isByHand } from '../client/executions.ts'
import { tokenMay } from '../client/rights.ts'
import { hrefOf, type RouteOf, taskRoute } from '../client/route.ts'
import type { Run } from '../client/runs.ts'
import { runSearch } from '../client/search-words.ts'
import { duration } from '../format/format-time.ts'
import { executionLabel, skippedSlots } from '../format/labels.ts'
import { later } from '../parts/later.tsx'
import { useRestoreFocus } from '../parts/restore-focus.ts'
import { StatusBadge } from '../parts/status-badge.tsx'
import { Time } from '../parts/time.tsx'

const ListKeys = later(async () => (await import('../shortcuts/list-keys.tsx')).ListKeys)

interface TableProps {
  readonly table: RefObject<HTMLTableElement | null>
  readonly runs: readonly Run[]
  readonly route: RouteOf<'runs'>
  readonly busy: boolean
  /** The opened run, if it stands below its row. */
  readonly opened: ComponentChildren
  /** Asks whether the task of a run is to be run again. */
  onAgain(run: Run): void
}

/** A dense table of the runs of all tasks. The time of a run opens it. */
export function RunTable({ table, runs, route, busy, opened, onAgain }: TableProps) {
  useRestoreFocus(table)
  return (
    <>
      <table
        class={route.status === '' ? 'rows runs mixed' : 'rows runs'}
        aria-label="Runs"
        aria-busy={busy}
        tabIndex={-1}
        ref={table}
      >
        <thead>
          <tr>
            <th scope="col">{route.status === 'failed' ? 'Failed at' : 'When'}</th>
            <th scope="col">Result</th>
            <th scope="col">Task</th>
            <th scope="col">What happened</th>
            <th scope="col" class="number">
              Took
            </th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => {
            const isOpen = route.open === `${run.task_id}.${run.id}`
            return (
              <Fragment key={run.id}>
                <RunRow run={run} route={route} isOpen={isOpen} />
                {isOpen && opened && (
                  <tr class="details">
                    <td colSpan={5}>{opened}</td>
                  </tr>
                )}
              </Fragment>
            )
          })}
        </tbody>
      </table>
      <ListKeys
        list={table}
        link=".cell-when a"
        search={runSearch}
        onRun={
          tokenMay('run')
            ? (_row, index) => {
                const run = runs[index]
                if (run) onAgain(run)
              }
            : undefined
        }
      />
    </>
  )
}

function RunRow({ run, route, isOpen }: { run: Run; route: RouteOf<'runs'>; isOpen: boolean }) {
  // Failures are looked for and ordered by when they failed, all others by when they were created: a retry when the attempt before failed.
  const { status, status_code, task_id, task_name, attempt, duration_ms, started_at, created_at, failed_at } = run
  const words = executionLabel(run)
  const waitedMs = started_at === null || failed_at !== null ? 0 : Date.parse(started_at) - Date.parse(created_at)
  const more = [
    isByHand(run) && 'by hand',
    skippedSlots(run),
    attempt > 1 && `attempt ${attempt}`,
    waitedMs >= 1_000 && `sent ${duration(waitedMs)} later`,
  ]
  return (
    <tr class={`run-${status}${isOpen ? ' run-open' : ''}`}>
      <td class="cell-when">
        <a href={hrefOf({ ...route, open: isOpen ? '' : `${task_id}.${run.id}` })} aria-expanded={isOpen}>
          <Time at={failed_at ?? created_at} />
          <span class="unseen">
            : {isOpen ? 'hide' : 'show'} the run of {task_name}
          </span>
        </a>
      </td>
      <td class="cell-status">
        <StatusBadge status={status}>
          {status}
          {status_code !== null && ` ${status_code}`}
        </StatusBadge>
      </td>
      <td class="cell-task">
        <a class="one-line" href={hrefOf(taskRoute(task_id))} title={task_name}>
          {task_name}
        </a>
      </td>
      <td class="cell-words">
        <span class="one-line" title={words}>
          <span class="quiet">{more.filter(Boolean).join(', ')}</span> {words}
        </span>
      </td>
      <td class="cell-took number">{duration_ms === null ? '' : duration(duration_ms)}</td>
    </tr>
  )
}
