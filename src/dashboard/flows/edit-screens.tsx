import { readFlow } from '../client/flows.ts'
import { hrefOf, type RouteOf } from '../client/route.ts'
import { usePolling } from '../client/use-polling.ts'
import { flowsRoute } from '../client/used-routes.ts'
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

/** The screen that changes a flow. It is read once. */
export function EditFlowScreen({ route: { name } }: { route: RouteOf<'edit-flow'> }) {
  const { data, problem } = usePolling((signal) => readFlow(name, signal), name)
  return (
    <>
      {trail}
      <h1>Flow {name}</h1>
      <StaleBanner problem={problem} />
      {!data && !problem && <p class="quiet">Loading…</p>}
      {data && <FlowForm key={name} initial={draftOfFlow(data)} isNew={false} />}
    </>
  )
}
