import { deleteFlow, type Flow } from '../client/flows.ts'
import { tasksOfFlowRoute } from '../client/used-routes.ts'
import { UsedDelete } from '../parts/used-delete.tsx'

interface DeleteProps {
  readonly flow: Flow
  onDeleted(): void
  onCancel(): void
}

/** A dialog that deletes a flow. */
export function FlowDelete({ flow: { name, target }, onDeleted, onCancel }: DeleteProps) {
  return (
    <UsedDelete
      name={name}
      noun="flow"
      tasks={tasksOfFlowRoute(name)}
      remove={() => deleteFlow(name)}
      onDeleted={onDeleted}
      onCancel={onCancel}
    >
      {target === null
        ? 'A flow that tasks name is not deleted.'
        : `Nothing limits the calls to ${target} any more. A flow that tasks name is not deleted.`}
    </UsedDelete>
  )
}
