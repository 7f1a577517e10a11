import { readFlow } from '../client/flows.ts'
import { tokenMay } from '../client/rights.ts'
import { hrefOf, type RouteOf } from '../client/route.ts'
import { usePolling } from '../client/use-polling.ts'
import { flowsRoute, tasksOfFlowRoute } from '../client/used-routes.ts'
import { flowLimits } from '../format/flow-labels.ts'
import { StaleBanner } from '../parts/stale-banner.tsx'
import { draftOfFlow, emptyDraft } from './flow-draft.ts'
import { FlowForm } from './flow-form.tsx'

const trail = (
  <p class="trail">
    <a href={hrefOf(flowsRoute)}>Flows</a>
  </p>
)

/** The screen that creates a flow. */
export function NewFlowScreen() {
  return (
    <>
      {trail}
      <h1>New flow</h1>
      <FlowForm initial={emptyDraft} isNew={true} />
    </>
  )
}

/** The screen that changes a flow, and shows it to who may not. It is read once. */
export function EditFlowScreen({ route: { name } }: { route: RouteOf<'edit-flow'> }) {
  const { data, problem } = usePolling((signal) => readFlow(name, signal), name)
  return (
    <>
      {trail}
      <h1>Flow {name}</h1>
      <StaleBanner problem={problem} />
      {!data && !problem && <p class="quiet">Loading…</p>}
      {data &&
        (tokenMay('write') ? (
          <FlowForm key={name} initial={draftOfFlow(data)} isNew={false} />
        ) : (
          <p>
            It limits <a href={hrefOf(tasksOfFlowRoute(name))}>its tasks</a>: {flowLimits(data)}.
          </p>
        ))}
    </>
  )
}
