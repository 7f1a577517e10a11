import { Fragment } from 'preact'
import { type Execution, listExecutions, type Task } from '../api.ts'
import { useLoad } from '../load.ts'
import { adjust } from '../navigation.ts'
import { Mark } from '../parts/mark.tsx'
import { Banner } from '../parts/notice.tsx'
import { Pager } from '../parts/pager.tsx'
import { Time } from '../parts/time.tsx'
import { hrefOf, type Place, taskPlace } from '../place.ts'
import { duration, fromNow } from '../when.ts'
import { executionWords, firstWords } from '../words.ts'
import { ExecutionDetails } from './execution-details.tsx'

const pageSize = 20
const freshEvery = 5

type TaskPlace = Place & { screen: 'task' }

/** What came of a task's runs, newest first, page by page. */
export function Executions({ at, task }: { at: TaskPlace; task: Task }) {
  const { status, page, open } = at
  const { data, problem, busy } = useLoad(
    (signal) => listExecutions(at.id, { status, page, count: pageSize }, signal),
    `${at.id} ${status} ${page}`,
    freshEvery,
  )
  return (
    <section aria-labelledby="executions">
      <div class="title">
        <h2 id="executions">Executions</h2>
        <div class="field inline">
          <label for="result">Result</label>
          <select
            id="result"
            value={status}
            onChange={(event) => adjust({ ...at, status: event.currentTarget.value, page: 1, open: '' })}
          >
            <option value="">All</option>
            <option value="failed">Failed</option>
            <option value="success">Success</option>
            <option value="started">Started</option>
            <option value="queued">Queued</option>
            <option value="skipped">Skipped</option>
          </select>
        </div>
      </div>
      {problem && <Banner bad>{problem.message}</Banner>}
      {!data && !problem && <p class="quiet">Loading…</p>}
      {data && data.records.length === 0 && <Nothing at={at} task={task} total={data.total_count} />}
      {data && data.records.length > 0 && (
        <table class="rows executions" aria-busy={busy}>
          <thead>
            <tr>
              <th scope="col">Result</th>
              <th scope="col">Code</th>
              <th scope="col">Due</th>
              <th scope="col" class="number">
                Took
              </th>
              <th scope="col">What happened</th>
              <th scope="col">
                <span class="unseen">Details</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {data.records.map((execution) => {
              const opened = execution.id === open
              return (
                <Fragment key={execution.id}>
                  <Row
                    execution={execution}
                    opened={opened}
                    onToggle={() => adjust({ ...at, open: opened ? '' : execution.id })}
                  />
                  {opened && (
                    <tr class="details">
                      <td colSpan={6}>
                        <ExecutionDetails execution={execution} />
                      </td>
                    </tr>
                  )}
                </Fragment>
              )
            })}
          </tbody>
        </table>
      )}
      {data && data.total_count > 0 && (
        <Pager
          label="Pages of executions"
          noun="execution"
          page={page}
          size={pageSize}
          total={data.total_count}
          to={(next) => ({ ...at, page: next, open: '' })}
        />
      )}
    </section>
  )
}

interface RowParts {
  readonly execution: Execution
  readonly opened: boolean
  onToggle(): void
}

function Row({ execution, opened, onToggle }: RowParts) {
  const { status, status_code, duration_ms, attempt } = execution
  const words = executionWords(execution)
  const preview = firstWords(execution.response)
  return (
    <tr>
      <td class="cell-status">
        <Mark status={status} />
      </td>
      <td class="cell-code">{status_code ?? <span class="quiet">–</span>}</td>
      <td class="cell-due">
        <Time at={execution.scheduled_for} />
        {attempt > 1 && <span class="quiet"> attempt {attempt}</span>}
      </td>
      <td class="cell-took number">{duration_ms === null ? <span class="quiet">–</span> : duration(duration_ms)}</td>
      <td class="cell-words">{words || (preview && <span class="code quiet one-line">{preview}</span>)}</td>
      <td class="cell-actions">
        <button type="button" aria-expanded={opened} onClick={onToggle}>
          {opened ? 'Hide' : 'Show'}
          <span class="unseen"> what was answered</span>
        </button>
      </td>
    </tr>
  )
}

function Nothing({ at, task, total }: { at: TaskPlace; task: Task; total: number }) {
  const first = hrefOf(taskPlace(at.id))
  if (total > 0)
    return (
      <p class="empty">
        This page is empty. <a href={first}>Show the newest executions</a>.
      </p>
    )
  if (at.status !== '')
    return (
      <p class="empty">
        No execution has this result. <a href={first}>Show all</a>.
      </p>
    )
  return (
    <p class="empty">
      It has not run yet.
      {task.status === 'active' && task.scheduled_at !== null && ` It is due ${fromNow(task.scheduled_at)}.`}
    </p>
  )
}
