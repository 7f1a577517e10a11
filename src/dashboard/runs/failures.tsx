import { useRef } from 'preact/hooks'
import { allTasksRoute, failedSoRoute, hrefOf, type RouteOf } from '../client/route.ts'
import { countFailures, type FailureGroup, type FailureSummary } from '../client/runs.ts'
import { serverNow } from '../client/server-clock.ts'
import { usePolling } from '../client/use-polling.ts'
import { count, localTime } from '../format/format-time.ts'
import { counted } from '../format/labels.ts'
import { plainTime, timeOfDay } from '../format/time-of-day.ts'
import { isSameDay } from '../format/zone.ts'
import { filterOf } from './filter-of.ts'

const pollSeconds = 20
/** So many groups are shown; the others are behind a disclosure. */
const shownAtFirst = 5

type Route = RouteOf<'runs'>

/** Whether a list of runs says what failed: one of failures, and one of a time. */
const asksForFailures = ({ status, period, from }: Route) =>
  status === 'failed' || (status === '' && (period !== '' || from !== ''))

/**
 * What failed among the runs that are listed.
 * @param holds whether it stays as it is: it would move what is read below it
 * @param released a number; another one lets it change once
 * @returns undefined while it is counted for the first time, null where it is not told: the list says the same of the server
 */
export function useFailures(route: Route, holds: boolean, released: number): FailureSummary | null | undefined {
  const asks = asksForFailures(route)
  const key = asks ? hrefOf({ ...route, status: '', cursor: '', open: '' }) : ''
  const { data, problem } = usePolling(
    async (signal) => (asks ? { key, summary: await countFailures(filterOf(route, serverNow()), signal) } : null),
    key,
    asks ? pollSeconds : undefined,
  )
  const held = useRef<{ readonly data: typeof data; readonly released: number }>(undefined)
  if (!holds || held.current?.data?.key !== key || held.current.released !== released) held.current = { data, released }
  return asks ? (held.current.data?.summary ?? (problem && null)) : null
}

/** What failed: a sentence, and a line for each error and host, which narrows the list to it. */
export function Failures({ route, data }: { route: Route; data: FailureSummary }) {
  const { groups, group_count } = data
  return (
    <section class="failures" aria-label="What failed">
      <p class="failures-sentence">
        <strong>
          <Sentence route={route} data={data} />
        </strong>
      </p>
      {groups.length > 0 && <Groups route={route} groups={groups.slice(0, shownAtFirst)} />}
      {groups.length > shownAtFirst && (
        <details>
          <summary>{counted(group_count - shownAtFirst, 'other error')}</summary>
          <Groups route={route} groups={groups.slice(shownAtFirst)} />
          {group_count > groups.length && (
            <p class="quiet">Only the {groups.length} with the most failures are shown.</p>
          )}
        </details>
      )}
    </section>
  )
}

/** `28 runs failed, 02:07–02:52; 22 of 24 tasks are well since, 2 are still failing.` The last part leads to these tasks. */
function Sentence({ route, data }: { route: Route; data: FailureSummary }) {
  const { runs, attempts, tasks, well, first_at, last_at, counted_from } = data
  if (first_at === null || last_at === null) return <>Nothing failed.</>
  const what =
    runs === 0 ? `${counted(attempts, 'attempt')} failed, and is tried again` : `${counted(runs, 'run')} failed`
  const more = runs > 0 && attempts > runs ? ` (${counted(attempts, 'attempt')})` : ''
  const since = counted_from === null ? '' : ` At least: only what failed after ${plainTime(counted_from)} was counted.`
  const failing = share(tasks - well, tasks, 'still failing')
  return (
    <>
      {what}
      {more}, {timesBetween(first_at, last_at)}; {share(well, tasks, 'well since', ` of ${count(tasks)} tasks`)}
      {well > 0 && failing && ', '}
      {failing && (
        <a
          href={hrefOf(failingTasks(route))}
          title="Tasks that are failing now, with the same error, host, label and search, at any time"
        >
          {failing}
        </a>
      )}
      .{since}
    </>
  )
}

/** @param amount how many of the tasks it is said of @param of what is named beside the amount */
function share(amount: number, tasks: number, words: string, of = ''): string {
  if (amount === 0) return ''
  if (amount < tasks) return `${count(amount)}${of} ${amount === 1 ? 'is' : 'are'} ${words}`
  return tasks === 1 ? `the task is ${words}` : `all ${count(tasks)} tasks are ${words}`
}

/** The list of the tasks that are failing, as far as it has the filters of runs: it has no times, and goes by the last error of a task. */
function failingTasks({ text, code, host, label, task, name }: Route): RouteOf<'tasks'> {
  // The error of an answer has its status code.
  const filters = { error: text || code, host, label, task, search: name }
  return { ...allTasksRoute, result: 'failing', sort: '-failing_since', ...filters }
}

/** `02:07–02:52`, with the days where the times alone could be taken for another day's. */
function timesBetween(first: string, last: string): string {
  const [from, to] = [plainTime(first), plainTime(last)]
  if (from === to) return from
  if (from === timeOfDay(first) && to === timeOfDay(last)) return `${from}–${to}`
  // The day of one alone would be taken for that of both.
  const isOneDay = isSameDay(new Date(first), new Date(last))
  return isOneDay ? `${dayAndTime(first)}–${timeOfDay(last)}` : `${dayAndTime(first)} – ${dayAndTime(last)}`
}

const dayAndTime = (iso: string) => localTime(iso, serverNow()).replace(/:\d\d$/, '')

function Groups({ route, groups }: { route: Route; groups: readonly FailureGroup[] }) {
  return (
    <ul class="failure-groups">
      {groups.map((group) => (
        <li key={`${group.status_code} ${group.error} ${group.target}`}>
          <a href={hrefOf(narrowedTo(route, group))}>
            <span class="failure-error">{group.error ?? 'no error is recorded'}</span>{' '}
            <span class="quiet">at {group.target}</span>
          </a>
          <span class="quiet">
            {group.runs === 0 ? counted(group.attempts, 'attempt') : counted(group.runs, 'run')}
            {group.runs > 0 && group.attempts > group.runs && ` (${counted(group.attempts, 'attempt')})`} of{' '}
            {counted(group.tasks, 'task')}, {timesBetween(group.first_at, group.last_at)}
          </span>
        </li>
      ))}
    </ul>
  )
}

/** The list narrowed to a group; times, label, task and its name stay. */
function narrowedTo(
  { period, from, to, label, task, name }: Route,
  { error, status_code, target }: FailureGroup,
): Route {
  return { ...failedSoRoute(error, target, String(status_code ?? '')), period, from, to, label, task, name }
}
