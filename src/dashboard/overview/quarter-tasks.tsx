import { Fragment } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Report } from '../client/bulk.ts'
import { navigate } from '../client/navigation.ts'
import { readUpcomingTasks, type UpcomingPage } from '../client/overview.ts'
import { tokenMay } from '../client/rights.ts'
import { allRunsRoute, home, hrefOf, type RouteOf, taskRoute } from '../client/route.ts'
import { serverNow } from '../client/server-clock.ts'
import { usePolling } from '../client/use-polling.ts'
import { counted, scheduleLabel } from '../format/labels.ts'
import { fullTime, quarterSpan, timeOfDay } from '../format/time-of-day.ts'
import { quarterMs } from '../format/zone.ts'
import { BulkReport } from '../parts/bulk-report.tsx'
import { Pager } from '../parts/pager.tsx'
import { useRestoreFocus } from '../parts/restore-focus.ts'
import { StaleBanner } from '../parts/stale-banner.tsx'
import { useEscape } from '../parts/use-escape.ts'
import { MoveDialog } from '../plots/lazy-dialog.tsx'
import { spanOf } from './span-of.ts'

const pageSize = 50

interface QuarterProps {
  readonly route: RouteOf<'overview'>
  /** Tasks were moved or spread. */
  onChange(): void
}

/** The tasks that run in the quarter hour of the address, by name, with when and how often. It has the focus when it opens. */
export function QuarterTasks({ route, onChange }: QuarterProps) {
  const { at, page } = route
  const from = Date.parse(at)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [isMoving, setMoving] = useState(false)
  const [report, setReport] = useState<Report>()
  const { data, problem, busy, reload } = usePolling(
    (signal) => readUpcomingTasks(at, page, pageSize, signal),
    `upcoming ${at} ${page}`,
  )
  const title = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    title.current?.focus()
    setChosen(new Set())
  }, [at])
  useRestoreFocus(title)
  const closed = { ...home, failing: route.failing }
  useEscape(() => navigate(closed))
  const changed = () => {
    setChosen(new Set())
    reload()
    onChange()
  }
  const isOver = problem?.errors.some(({ path }) => path === '/at') ?? false
  return (
    <section class="quarter" aria-labelledby="quarter-title">
      <div class="quarter-head">
        <h3 id="quarter-title" tabIndex={-1} ref={title}>
          {quarterSpan(at)}
          <span class="hint">{isOver ? '' : data && !busy ? ` ${counted(data.total_count, 'task')} due` : ' …'}</span>
        </h3>
        {data && !isOver && data.total_count > 0 && tokenMay('write') && (
          <button type="button" onClick={() => setMoving(true)}>
            {chosen.size > 0 ? `Move or spread ${counted(chosen.size, 'task')}…` : 'Move or spread all…'}
          </button>
        )}
        <a href={hrefOf(closed)}>Close</a>
      </div>
      {isOver ? (
        <p>
          {from < serverNow() ? 'This quarter hour is over.' : 'This quarter hour is not in the coming 24 hours.'}{' '}
          {from < serverNow() && <a href={hrefOf({ ...allRunsRoute, ...spanOf(at, quarterMs) })}>Show its runs</a>}
        </p>
      ) : (
        <StaleBanner problem={problem} />
      )}
      {data && !isOver && <Listed page={data} busy={busy} chosen={chosen} onChoose={setChosen} />}
      {data && !isOver && data.total_count > pageSize && (
        <Pager
          label="Pages of these tasks"
          noun="task"
          page={page}
          size={pageSize}
          total={data.total_count}
          to={(next) => ({ ...route, page: next })}
        />
      )}
      <BulkReport report={report} onReport={setReport} onChange={changed} />
      {isMoving && (
        <MoveDialog
          choice={chosen.size > 0 ? { ids: [...chosen] } : { at }}
          total={chosen.size || data?.total_count}
          way="move"
          onDone={(done) => {
            setReport(done)
            changed()
          }}
          onClose={() => setMoving(false)}
        />
      )}
    </section>
  )
}

interface ListedProps {
  readonly page: UpcomingPage
  readonly busy: boolean
  readonly chosen: ReadonlySet<string>
  onChoose(chosen: ReadonlySet<string>): void
}

function Listed({ page, busy, chosen, onChoose }: ListedProps) {
  const choose = (id: string, on: boolean) => {
    const next = new Set(chosen)
    if (on) next.add(id)
    else next.delete(id)
    onChoose(next)
  }
  if (page.records.length === 0)
    return <p>{page.total_count === 0 ? 'Nothing is due in it.' : 'This page is empty.'}</p>
  return (
    <table class="quarter-tasks" aria-labelledby="quarter-title" aria-busy={busy}>
      <thead>
        <tr>
          <th scope="col">Task</th>
          <th scope="col">Starts</th>
          <th scope="col">Runs</th>
        </tr>
      </thead>
      <tbody>
        {page.records.map((task) => (
          <tr key={task.id}>
            <th scope="row">
              <div class="choice">
                {tokenMay('write') && (
                  <label class="check">
                    <input
                      type="checkbox"
                      aria-label={`Choose ${task.name}`}
                      checked={chosen.has(task.id)}
                      onChange={(event) => choose(task.id, event.currentTarget.checked)}
                    />
                  </label>
                )}
                <span>
                  <a href={hrefOf(taskRoute(task.id))}>{task.name}</a>
                  <span class="hint">{scheduleLabel(task)}</span>
                </span>
              </div>
            </th>
            <td>
              {task.starts.map((start, index) => (
                <Fragment key={start}>
                  {index > 0 && ', '}
                  <time dateTime={start} title={fullTime(start)}>
                    {timeOfDay(start)}
                  </time>
                </Fragment>
              ))}
              {task.runs > task.starts.length && ', …'}
            </td>
            <td>{task.runs}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
