import { useState } from 'preact/hooks'
import { type Flow, listFlows } from '../client/flows.ts'
import { tokenMay } from '../client/rights.ts'
import { hrefOf } from '../client/route.ts'
import { usePolling } from '../client/use-polling.ts'
import { newFlowRoute } from '../client/used-routes.ts'
import { Empty } from '../parts/empty.tsx'
import { RowsTable } from '../parts/rows-table.tsx'
import { StaleBanner } from '../parts/stale-banner.tsx'
import { FlowDelete } from './flow-delete.tsx'
import { FlowRow } from './row.tsx'

/** How often the list is read, in seconds: seldom if it is long, because the tasks of each flow are counted for it. */
const pollSeconds = (flows: readonly Flow[] = []) => (flows.length > 100 ? 30 : 5)
const newFlow = hrefOf(newFlowRoute)

/** The flows of the service: their limits, what is in flight, and what waits. */
export function FlowsScreen() {
  const mayWrite = tokenMay('write')
  const { data, problem, busy, reload } = usePolling(listFlows, 'flows', pollSeconds)
  const [toDelete, setToDelete] = useState<Flow>()
  return (
    <>
      <div class="title">
        <h1>Flows</h1>
        {mayWrite && (
          <a class="button main" href={newFlow}>
            New flow
          </a>
        )}
      </div>
      <StaleBanner problem={problem} />
      {!data && !problem && <p class="quiet loading">Loading…</p>}
      {data && data.length === 0 && (
        <Empty>
          No flow yet. A flow limits how many calls run at once, or start in a second: for a target that takes no more.
          Its tasks wait for their turn, and hold up no others. {mayWrite && <a href={newFlow}>Create the first one</a>}
        </Empty>
      )}
      {data && data.length > 0 && (
        <Table flows={data} busy={busy} onChange={reload} onDelete={(flow) => setToDelete(flow)} />
      )}
      {toDelete && (
        <FlowDelete
          flow={toDelete}
          onDeleted={() => {
            setToDelete(undefined)
            reload()
          }}
          onCancel={() => setToDelete(undefined)}
        />
      )}
    </>
  )
}

interface TableProps {
  readonly flows: readonly Flow[]
  readonly busy: boolean
  onChange(): void
  onDelete(flow: Flow): void
}

function Table({ flows, busy, onChange, onDelete }: TableProps) {
  return (
    <RowsTable
      class="flows"
      label="Flows"
      busy={busy}
      heads={['Flow', 'Limits', 'In flight', 'Waiting', 'State']}
      hasActions={tokenMay('write')}
    >
      {flows.map((flow) => (
        <FlowRow key={flow.name} flow={flow} onChange={onChange} onDelete={() => onDelete(flow)} />
      ))}
    </RowsTable>
  )
}
