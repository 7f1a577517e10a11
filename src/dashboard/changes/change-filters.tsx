import { useEffect, useRef, useState } from 'preact/hooks'
import type { ChangeFilter } from '../client/api.ts'
import { navigate, replaceRoute } from '../client/navigation.ts'
import { hrefOf, type RouteOf, taskRoute } from '../client/route.ts'
import { useDebounced } from '../client/use-polling.ts'
import { timesOf } from '../format/period.ts'
import { ChoiceFilter } from '../parts/choice-filter.tsx'
import { Field } from '../parts/field.tsx'
import { PeriodFilter } from '../parts/period-filter.tsx'
import { PrintedFilter } from '../parts/printed-filter.tsx'
import { leaveSearch } from '../parts/use-escape.ts'
import { actionsLike, whatChoices } from './actions.ts'

type Route = RouteOf<'changes'>

/** How long the reader must pause typing before the search starts. */
const searchAfterMs = 300

/** The filter of a route at a time. @param now in ms */
export function filterOf(route: Route, now: number): ChangeFilter {
  const { what, who, task } = route
  return { ...timesOf(route, now), action: actionsLike(what).join(), who, task_id: task }
}

/** Whether a route leaves out any change. */
export const isFiltered = ({ period, from, to, what, who, task }: Route): boolean =>
  [period, from, to, what, who, task].some((value) => value !== '')

interface FiltersProps {
  readonly route: Route
  /** The name of the task that the changes are of, if it is known. */
  readonly taskName: string | undefined
}

/** Which changes to list: by who, what, time and task. Each is in the address. */
export function ChangeFilters({ route, taskName }: FiltersProps) {
  const latest = useRef(route)
  latest.current = route
  const choose = (change: Partial<Route>) => navigate({ ...latest.current, ...change, page: 1 })
  return (
    <>
      <search class="filters run-filters">
        <WhoField value={route.who} onWho={(who) => replaceRoute({ ...latest.current, who, page: 1 })} />
        <ChoiceFilter
          id="change-what"
          label="What"
          value={actionsLike(route.what).length === 0 ? '' : route.what}
          choices={whatChoices}
          onChoose={(what) => choose({ what })}
        />
        <PeriodFilter id="change" value={route} onChoose={choose} />
      </search>
      <PrintedFilter words={[route.who, actionsLike(route.what).length === 0 ? '' : route.what]} value={route} />
      {route.task !== '' && (
        <p class="quiet">
          Only those of <a href={hrefOf(taskRoute(route.task))}>{taskName ?? 'one task'}</a>.{' '}
          <a href={hrefOf({ ...route, task: '', page: 1 })}>Show those of all tasks</a>.
        </p>
      )}
    </>
  )
}

function WhoField({ value, onWho }: { value: string; onWho(who: string): void }) {
  const [typed, setTyped] = useState(value)
  const rested = useDebounced(typed, searchAfterMs)
  const sent = useRef(value)
  const send = (who: string) => {
    sent.current = who
    onWho(who)
  }
  useEffect(() => {
    // What was typed has changed the address, or Back or a link has: what was typed since then stays.
    if (value === sent.current) return
    sent.current = value
    setTyped(value)
  }, [value])
  useEffect(() => {
    if (rested === typed && rested !== sent.current) send(rested)
  }, [rested])
  return (
    <Field id="change-who" label="Who">
      {(attributes) => (
        <input
          {...attributes}
          type="search"
          maxLength={200}
          autocomplete="off"
          spellcheck={false}
          placeholder="Token, user, address or server"
          value={typed}
          onKeyDown={leaveSearch}
          onInput={(event) => setTyped(event.currentTarget.value)}
          onChange={(event) => send(event.currentTarget.value)}
        />
      )}
    </Field>
  )
}
