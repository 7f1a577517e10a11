import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { type Execution, readTask, type Task } from '../client/api.ts'
import { readExecution } from '../client/executions.ts'
import { runRoute } from '../client/route.ts'
import { isUnderWay } from '../client/under-way.ts'
import { usePolling } from '../client/use-polling.ts'
import { copyLink } from '../parts/copy-link.ts'
import { Elapsed } from '../parts/elapsed.tsx'
import { LookElsewhere } from '../parts/look-elsewhere.tsx'
import { useRestoreFocus } from '../parts/restore-focus.ts'
import { StatusBadge } from '../parts/status-badge.tsx'
import { Time } from '../parts/time.tsx'
import { useEscape } from '../parts/use-escape.ts'
import { ExecutionDetails } from './details.tsx'
import { StopWaiting } from './stop-waiting.tsx'

const pollSeconds = 2

interface OpenedProps {
  readonly taskId: string
  readonly id: string
  /** The task, where the screen has read it already. */
  readonly task?: Task
  /** Whether something of the task is known to run or wait. */
  readonly isBusy?: boolean
  /** What its heading says before the time. */
  heading(task: Task): ComponentChildren
  onClose(): void
  onRun(execution?: Execution): void
}

/**
 * One execution with what was sent and answered, beside a list or below its row. It is read by its id, so it stays the same one when
 * newer ones come.
 */
export function OpenedExecution({ taskId, id, task, isBusy = false, heading, onClose, onRun }: OpenedProps) {
  const { data, problem, reload } = usePolling(
    async (signal) => {
      const [execution, read] = await Promise.all([
        readExecution(taskId, id, signal),
        task ? undefined : readTask(taskId, signal),
      ])
      return { execution, read: read?.task }
    },
    // A change of the task is one of what was sent, too.
    `${taskId} ${id} ${task?.updated_at ?? ''}`,
    // What is over stays as it is.
    (last) => (last && !isUnderWay(last.execution) ? undefined : pollSeconds),
  )
  const pane = useRef<HTMLElement>(null)
  useRestoreFocus(pane)
  const close = () => {
    const focused = document.activeElement
    // The reader goes on in the list, where it was opened.
    if (focused === document.body || pane.current?.contains(focused))
      document.querySelector<HTMLElement>('.rows .run-open [aria-expanded]')?.focus({ preventScroll: true })
    onClose()
  }
  useEscape(close)
  useEffect(() => {
    // A reader who came by its row goes on reading here.
    if (document.activeElement?.closest('.rows')) pane.current?.scrollIntoView({ block: 'nearest' })
  }, [])
  const of = task ?? data?.read
  const execution = data?.execution
  return (
    <aside class="opened-run" ref={pane} tabIndex={-1} aria-label="The opened run">
      <div class="title">
        <h2>
          {of ? heading(of) : 'A run'}
          {execution && (
            <span class="quiet">
              {' '}
              <Time at={execution.started_at ?? execution.created_at} />
            </span>
          )}
        </h2>
        <div class="actions">
          <button type="button" class="plain" onClick={() => copyLink(runRoute(taskId, id), 'this run')}>
            Copy its link
          </button>
          <button type="button" class="plain" onClick={close}>
            Close
          </button>
        </div>
      </div>
      {execution && (
        <p>
          <StatusBadge status={execution.status} />
          {execution.status === 'started' && execution.started_at && (
            <span class="quiet">
              {' for '}
              <Elapsed since={execution.started_at} />
            </span>
          )}
        </p>
      )}
      {execution?.status === 'started' && <StopWaiting execution={execution} onAsked={reload} />}
      {!data && !problem && <p class="quiet">Loading…</p>}
      {!data && problem && (
        <>
          <p class="quiet">
            {problem.status === 404
              ? 'This service has no such run: its task was deleted, it is older than runs are kept, or it is of another service.'
              : problem.message}
          </p>
          {problem.status === 404 && <LookElsewhere />}
        </>
      )}
      {execution && of && (
        <ExecutionDetails execution={execution} task={of} isOpen={isBusy || isUnderWay(execution)} onRun={onRun} />
      )}
    </aside>
  )
}
