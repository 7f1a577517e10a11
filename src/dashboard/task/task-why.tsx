import { useEffect, useState } from 'preact/hooks'
import { showChanges } from '../changes/task-changes.tsx'
import { navigate } from '../client/navigation.ts'
import { hrefOf, openAlertsRoute, type RouteOf, runRoute } from '../client/route.ts'
import { usePolling } from '../client/use-polling.ts'
import { editFlowRoute } from '../client/used-routes.ts'
import { readWhy, type Why } from '../client/why.ts'
import { fromLocalInput, toLocalInput, typedTime } from '../format/format-time.ts'
import { whoseTime } from '../format/zone.ts'
import { Fact } from '../parts/fact.tsx'
import { Field } from '../parts/field.tsx'
import { isUnreachable } from '../parts/stale-banner.tsx'
import { Time } from '../parts/time.tsx'
import { TimeInput } from '../parts/time-input.tsx'
import { withShownTimes } from './why-times.ts'

/** In seconds: what waits, or is still to come, changes by itself. */
const pollSeconds = 30

type Route = RouteOf<'task'>

/** Asks for a time, and tells why a task did, or did not, run then. The time is in the address. */
export function TaskWhy({ route }: { route: Route }) {
  const [typed, setTyped] = useState(() => toLocalInput(route.at))
  const [error, setError] = useState<string>()
  useEffect(() => {
    setTyped(toLocalInput(route.at))
    setError(undefined)
  }, [route.at])
  const { data, problem, busy } = usePolling(
    (signal) => readWhy(route.id, route.at, signal),
    `${route.id} ${route.at}`,
    pollSeconds,
  )
  return (
    <>
      <form
        class="why-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          const at = fromLocalInput(typed)
          setError(at === undefined ? 'Give a day and a time.' : undefined)
          if (at !== undefined && at !== route.at) navigate({ ...route, at })
        }}
      >
        <Field
          id="why-at"
          label="When it should have run"
          hint={`${whoseTime()}.${typedTime(typed)}`}
          errors={error === undefined ? [] : [error]}
        >
          {(input) => <TimeInput {...input} label="When it should have run" value={typed} onChange={setTyped} />}
        </Field>
        <button type="submit">Say why</button>
      </form>
      <div class="why-answer" aria-live="polite" aria-busy={busy}>
        {problem && !isUnreachable(problem) && <p class="bad">It cannot be told. {problem.message}</p>}
        {data && !problem && <Answer why={data} route={route} />}
      </div>
    </>
  )
}

function Answer({ why, route }: { why: Why; route: Route }) {
  const { sentence, time_zone, execution, change, flow, alert_id, outage, due_at, previous_due_at, next_due_at } = why
  return (
    <>
      <p>{withShownTimes(sentence, time_zone)}</p>
      <dl class="facts">
        {due_at !== null && (
          <Fact name="Due">
            <Time at={due_at} />
          </Fact>
        )}
        {previous_due_at !== null && (
          <Fact name="Due before that">
            <Other at={previous_due_at} route={route} />
          </Fact>
        )}
        {next_due_at !== null && (
          <Fact name="Due after that">
            <Other at={next_due_at} route={route} />
          </Fact>
        )}
        {outage && (
          <Fact name="Duly did not run">
            from <Time at={outage.began_at} />
            {outage.ended_at === null ? ', and still does not' : <> to {<Time at={outage.ended_at} />}</>}
          </Fact>
        )}
        {execution && (
          <Fact name="Execution">
            <a href={hrefOf(runRoute(route.id, execution.id))}>
              {execution.status}
              <span class="unseen">: show it</span>
            </a>
          </Fact>
        )}
        {change && (
          <Fact name="Change">
            <a href={hrefOf({ ...route, changes: route.changes || 1 })} onClick={showChanges}>
              <Time at={change.at} />
              <span class="unseen">: show the changes</span>
            </a>
          </Fact>
        )}
        {flow !== null && (
          <Fact name="Flow">
            <a href={hrefOf(editFlowRoute(flow))}>{flow}</a>
          </Fact>
        )}
        {alert_id !== null && (
          <Fact name="Alert">
            <a href={hrefOf({ ...openAlertsRoute, state: 'all', task: route.id })}>show the alerts of this task</a>
          </Fact>
        )}
      </dl>
    </>
  )
}

/** Another time at which it was due, as a link that asks about that one. */
function Other({ at, route }: { at: string; route: Route }) {
  return (
    <a href={hrefOf({ ...route, at: at.replace(/\.\d+Z$/, 'Z') })}>
      <Time at={at} />
      <span class="unseen">: why it did not run then</span>
    </a>
  )
}
