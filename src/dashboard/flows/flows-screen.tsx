import { useState } from 'preact/hooks'
import { type Flow, listFlows } from '../client/flows.ts'
import { tokenMay } from '../client/rights.ts'
import { hrefOf } from '../client/route.ts'
import { usePolling } from '../client/use-polling.ts'
import { newFlowRoute } from '../client/used-routes.ts'
import { ListScreen } from '../parts/list-screen.tsx'
import { RowsTable } from '../parts/rows-table.tsx'
import { FlowDelete } from './flow-delete.tsx'
import { FlowRow } from './row.tsx'

/** How often the list is read, in seconds: seldom if it is long, because the tasks of each flow are counted for it. */
const pollSeconds = (flows: readonly Flow[] = []) => (flows.length > 100 ? 30 : 5)
const newFlow = hrefOf(newFlowRoute)

/** The flows of the service: their limits, what is in flight, and what waits. */
export function FlowsScreen() {
  const mayWrite = tokenMay('write')
  const list = usePolling(listFlows, 'flows', pollSeconds)
  const [toDelete, setToDelete] = useState<Flow>()
  return (
    <>
      <ListScreen
        title="Flows"
        create={{ href: newFlow, words: 'New flow' }}
        list={list}
        empty={
          <>
            No flow yet. A flow limits how many calls run at once, or start in a second: for a target that takes no
            more. Its tasks wait for their turn, and hold up no others.{' '}
            {mayWrite && <a href={newFlow}>Create the first one</a>}
          </>
        }
      >
        {(flows) => (
          <RowsTable
            class="flows"
            label="Flows"
            busy={list.busy}
            heads={['Flow', 'Limits', 'In flight', 'Waiting', 'State']}
            hasActions={mayWrite}
          >
            {flows.map((flow) => (
              <FlowRow key={flow.name} flow={flow} onChange={list.reload} onDelete={() => setToDelete(flow)} />
            ))}
          </RowsTable>
        )}
      </ListScreen>
      {toDelete && (
        <FlowDelete
          flow={toDelete}
          onDeleted={() => {
            setToDelete(undefined)
            list.reload()
          }}
          onCancel={() => setToDelete(undefined)}
        />
      )}
    </>
  )
}
