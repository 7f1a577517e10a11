import type { ComponentChildren } from 'preact'
import { readTask } from '../client/api.ts'
import { hrefOf, policiesRoute, type RouteOf, taskRoute } from '../client/route.ts'
import { usePolling } from '../client/use-polling.ts'
import { NoSuchTask } from '../parts/no-such-task.tsx'
import { StaleBanner } from '../parts/stale-banner.tsx'
import { type Policies, policyInForce, readPolicies } from './policies.ts'
import { PolicyForm } from './policy-form.tsx'

const toPolicies = <a href={hrefOf(policiesRoute)}>Alert policies</a>

/** The screen that changes the default policy of the service. */
export function DefaultPolicyScreen() {
  return (
    <Edit trail={toPolicies} title="Default alert policy" load={readPolicies} of="default">
      {(policies) => (
        <PolicyForm
          owner={{ of: 'default' }}
          policy={policies.standard}
          channels={policies.channels}
          back={policiesRoute}
        />
      )}
    </Edit>
  )
}

/** The screen that changes the policy of a label, or sets one. */
export function LabelPolicyScreen({ route: { label } }: { route: RouteOf<'label-policy'> }) {
  return (
    <Edit trail={toPolicies} title={`Alert policy of ${label}`} load={readPolicies} of={label}>
      {(policies) => (
        <PolicyForm
          owner={{ of: 'label', label }}
          policy={policies.ofLabels.find((one) => one.label === label) ?? policies.standard}
          channels={policies.channels}
          back={policiesRoute}
        />
      )}
    </Edit>
  )
}

/** The screen that changes the policy of a task, or gives it one of its own. */
export function TaskPolicyScreen({ route: { id } }: { route: RouteOf<'task-policy'> }) {
  const task = usePolling((signal) => readTask(id, signal), id)
  if (task.problem?.status === 404) return <NoSuchTask />
  const read = task.data?.task
  return (
    <Edit
      trail={<a href={hrefOf(taskRoute(id))}>{read?.name ?? 'Task'}</a>}
      title="Alert policy of the task"
      load={readPolicies}
      of={id}
    >
      {(policies) =>
        read ? (
          <PolicyForm
            owner={{ of: 'task', id }}
            policy={policyInForce(policies, read)}
            channels={policies.channels}
            back={taskRoute(id)}
          />
        ) : (
          task.problem && <StaleBanner problem={task.problem} />
        )
      }
    </Edit>
  )
}

interface EditProps {
  readonly trail: ComponentChildren
  readonly title: string
  load(signal: AbortSignal): Promise<Policies>
  /** Identifies whose policy it is. */
  readonly of: string
  /** Renders the form, once the policies have been read. */
  children(policies: Policies): ComponentChildren
}

/** The frame of a form: what it is for, and the policies, which are read once. */
function Edit({ trail, title, load, of, children }: EditProps) {
  const { data, problem } = usePolling(load, of)
  return (
    <>
      <p class="trail">{trail}</p>
      <h1>{title}</h1>
      <StaleBanner problem={problem} />
      {!data && !problem && <p class="quiet">Loading…</p>}
      {data && children(data)}
    </>
  )
}
