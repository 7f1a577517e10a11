import { useEffect, useRef, useState } from 'preact/hooks'
import { listTasks, type Task } from '../api.ts'
import { useLoad } from '../load.ts'
import { adjust } from '../navigation.ts'
import { Mark } from '../parts/mark.tsx'
import { Banner } from '../parts/notice.tsx'
import { Pager } from '../parts/pager.tsx'
import { PauseButton } from '../parts/pause-button.tsx'
import { Time } from '../parts/time.tsx'
import { allTasks, hrefOf, type Place, taskPlace } from '../place.ts'
import { rawCron, scheduleWords } from '../words.ts'

const pageSize = 25
const freshEvery = 5
/** A search begins when the typing rests this long, in ms. */
const typingRest = 200

type ListPlace = Place & { screen: 'tasks' }

/** All tasks of the service, newest first, narrowed by search and status. */
export function TaskList({ at }: { at: ListPlace }) {
  const { search, status, page } = at
  const { data, problem, busy, reload } = useLoad(
    (signal) => listTasks({ search, status, page, count: pageSize }, signal),
    hrefOf(at),
    freshEvery,
  )
  const narrowed = search !== '' || status !== ''
  return (
    <>
      <div class="title">
        <h1>Tasks</h1>
        <a class="button main" href="#/tasks/new">
          New task
        </a>
      </div>
      <Filters at={at} />
      {problem && <Banner bad>{problem.message}</Banner>}
      {!data && !problem && <p class="quiet">Loading…</p>}
      {data && data.tasks.length === 0 && <Nothing narrowed={narrowed} total={data.total} />}
      {data && data.tasks.length > 0 && (
        <table class="rows tasks" aria-busy={busy}>
          <thead>
            <tr>
              <th scope="col">Status</th>
              <th scope="col">Task</th>
              <th scope="col">Schedule</th>
              <th scope="col">Next run</th>
              <th scope="col">
                <span class="unseen">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {data.tasks.map((task) => (
              <Row key={task.id} task={task} onChange={reload} />
            ))}
          </tbody>
        </table>
      )}
      {data && data.total > 0 && (
        <Pager
          label="Pages of tasks"
          noun="task"
          page={page}
          size={pageSize}
          total={data.total}
          to={(next) => ({ ...at, page: next })}
        />
      )}
    </>
  )
}

function Row({ task, onChange }: { task: Task; onChange: () => void }) {
  return (
    <tr>
      <td class="cell-status">
        <Mark status={task.status} />
      </td>
      <td class="cell-task">
        <a class="name" href={hrefOf(taskPlace(task.id))}>
          {task.name}
        </a>
        <span class="code quiet one-line" title={task.url}>
          {task.method} {task.url}
        </span>
      </td>
      <td class="cell-schedule" title={rawCron(task)}>
        {scheduleWords(task)}
      </td>
      <td class="cell-next">
        <NextRun task={task} />
      </td>
      <td class="cell-actions">
        <PauseButton task={task} onDone={onChange} />
      </td>
    </tr>
  )
}

function NextRun({ task }: { task: Task }) {
  if (task.scheduled_at === null) return <span class="quiet">none, it has run</span>
  if (task.status !== 'active') return <span class="quiet">none while {task.status}</span>
  return <Time at={task.scheduled_at} relative />
}

function Filters({ at }: { at: ListPlace }) {
  const [typed, setTyped] = useState(at.search)
  const sent = useRef(at.search)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => {
    // The back button, or a link, brought another search than the one that was typed.
    if (at.search !== sent.current) setTyped(at.search)
    sent.current = at.search
  }, [at.search])
  useEffect(() => () => clearTimeout(timer.current), [])
  const show = (search: string, status: string) => {
    clearTimeout(timer.current)
    sent.current = search
    adjust({ screen: 'tasks', search, status, page: 1 })
  }
  const type = (text: string) => {
    setTyped(text)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => show(text.trim(), at.status), typingRest)
  }
  return (
    <search class="filters">
      <div class="field">
        <label for="search">Search</label>
        <input
          id="search"
          type="search"
          maxLength={200}
          placeholder="Name or URL"
          value={typed}
          onInput={(event) => type(event.currentTarget.value)}
        />
      </div>
      <div class="field">
        <label for="status">Status</label>
        <select id="status" value={at.status} onChange={(event) => show(typed.trim(), event.currentTarget.value)}>
          <option value="">All</option>
          <option value="active">Active</option>
          <option value="paused">Paused</option>
          <option value="disabled">Disabled</option>
        </select>
      </div>
    </search>
  )
}

function Nothing({ narrowed, total }: { narrowed: boolean; total: number }) {
  if (total > 0)
    return (
      <p class="empty">
        This page is empty. <a href={hrefOf(allTasks)}>Show the first one</a>.
      </p>
    )
  if (narrowed)
    return (
      <p class="empty">
        No task matches. <a href={hrefOf(allTasks)}>Show all tasks</a>.
      </p>
    )
  return (
    <p class="empty">
      No tasks yet. A task is a URL that Duly calls when it is due. <a href="#/tasks/new">Create the first one</a>.
    </p>
  )
}
