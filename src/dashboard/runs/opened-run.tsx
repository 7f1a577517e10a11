import { navigate } from '../client/navigation.ts'
import { hrefOf, type RouteOf, taskRoute } from '../client/route.ts'
import { OpenedExecution } from '../executions/opened-execution.tsx'

interface OpenedProps {
  /** The ids of the task and of the run, with a point between. */
  readonly open: string
  readonly route: RouteOf<'runs'>
  onRun(): void
}

/** One run of any task, with a link to the task. */
export function OpenedRun({ open, route, onRun }: OpenedProps) {
  const [taskId = '', id = ''] = open.split('.')
  return (
    <OpenedExecution
      taskId={taskId}
      id={id}
      heading={({ name }) => <a href={hrefOf(taskRoute(taskId))}>{name}</a>}
      onClose={() => navigate({ ...route, open: '' })}
      onRun={onRun}
    />
  )
}
