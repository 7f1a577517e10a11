import type { Task } from '../client/api.ts'
import { countedAtMost, type Flow, readFlowOf } from '../client/flows.ts'
import { hrefOf } from '../client/route.ts'
import { usePolling } from '../client/use-polling.ts'
import { editFlowRoute, tasksOfFlowRoute } from '../client/used-routes.ts'
import { countedUpTo, flowLimits } from '../format/flow-labels.ts'
import { Fact } from '../parts/fact.tsx'
import { Time } from '../parts/time.tsx'
import { useClock } from '../parts/use-clock.ts'
import { isOverdue } from './overdue.ts'

const pollSeconds = 5

interface FlowProps {
  readonly task: Task
  /** Changes when the task does. */
  readonly version: string
  /** Whether a run of it goes on, or waits to be sent. */
  readonly isBusy: boolean
}

/** The flow that limits a task, which it names or has by its target, and whether it waits in it; nothing for none. */
export function FlowFact({ task, version, isBusy }: FlowProps) {
  const { data: flow } = usePolling((signal) => readFlowOf(task.id, signal), `flow ${task.id} ${version}`, pollSeconds)
  if (!flow) return null
  return (
    <Fact name="Flow">
      <a href={hrefOf(editFlowRoute(flow.name))}>{flow.name}</a>
      {task.flow === null && <span class="quiet"> of its target</span>}: {flowLimits(flow)}
      {flow.paused_at !== null && (
        <>
          , paused since <Time at={flow.paused_at} />
        </>
      )}
      <Wait task={task} flow={flow} isBusy={isBusy} />
    </Fact>
  )
}

function Wait({ task, flow, isBusy }: { task: Task; flow: Flow; isBusy: boolean }) {
  const now = useClock()
  if (!isOverdue(task, isBusy, now)) return null
  return (
    <span class="warning line">
      The task waits{flow.paused ? ' until the flow is resumed' : ' for its turn'}:{' '}
      <a href={hrefOf(tasksOfFlowRoute(flow.name))}>
        {flow.waiting === 1 ? '1 task' : `${countedUpTo(flow.waiting, countedAtMost)} tasks`}
      </a>{' '}
      of the flow {flow.waiting === 1 ? 'is' : 'are'} due
      {flow.waiting_since !== null && (
        <>
          , the first since <Time at={flow.waiting_since} />
        </>
      )}
      .
    </span>
  )
}
