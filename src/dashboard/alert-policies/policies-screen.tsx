import type { ComponentChildren } from 'preact'
import { useRef } from 'preact/hooks'
import { deletePolicy, type ListedPolicy, type PolicyOwner } from '../client/alerts.ts'
import type { Channel } from '../client/channels.ts'
import { tokenMay } from '../client/rights.ts'
import { hrefOf, type Route, taskRoute } from '../client/route.ts'
import { usePolling } from '../client/use-polling.ts'
import { AlertTabs } from '../parts/alert-tabs.tsx'
import { useRestoreFocus } from '../parts/restore-focus.ts'
import { StaleBanner } from '../parts/stale-banner.tsx'
import { NewLabelPolicy } from './new-label-policy.tsx'
import { hasDefault, readPolicies } from './policies.ts'
import { PolicyFacts } from './policy-facts.tsx'
import { RemoveButton } from './remove-button.tsx'

const pollSeconds = 30

/** The alert policies of the service: its default, those of labels, and those of tasks. */
export function PoliciesScreen() {
  const { data, problem, reload } = usePolling(readPolicies, 'policies', pollSeconds)
  const title = useRef<HTMLHeadingElement>(null)
  // A policy was removed, and with it the button that did it.
  useRestoreFocus(title)
  return (
    <>
      <h1 tabIndex={-1} ref={title}>
        Alert policies
      </h1>
      <AlertTabs current="policies" />
      <StaleBanner problem={problem} />
      {!data && !problem && <p class="quiet loading">Loading…</p>}
      {data && (
        <>
          <section aria-labelledby="default-policy">
            <div class="title">
              <h2 id="default-policy">Default of the service</h2>
              <Actions
                name="the default policy"
                edit={{ screen: 'default-policy' }}
                owner={hasDefault(data) ? { of: 'default' } : undefined}
                onChange={reload}
              />
            </div>
            <p class="quiet">
              It holds for each task that has no policy of its own, nor one by its labels.
              {!hasDefault(data) && ' None is set: this is the one that Duly begins with.'}
            </p>
            <PolicyFacts policy={data.standard} channels={data.channels} />
          </section>
          <Group
            title="Of labels"
            none="No label has a policy. One would hold for all tasks with the label, such as team with the value billing."
            policies={data.ofLabels}
            channels={data.channels}
            onChange={reload}
          >
            {tokenMay('write') && <NewLabelPolicy />}
          </Group>
          <Group
            title="Of tasks"
            none="No task has a policy of its own. The screen of each task leads to it."
            policies={data.ofTasks}
            channels={data.channels}
            onChange={reload}
          />
        </>
      )}
    </>
  )
}

interface GroupProps {
  readonly title: string
  readonly none: string
  readonly policies: readonly ListedPolicy[]
  readonly channels: readonly Channel[]
  /** How another one is set. */
  readonly children?: ComponentChildren
  onChange(): void
}

function Group({ title, none, policies, channels, children, onChange }: GroupProps) {
  const id = title.replace(' ', '-').toLowerCase()
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {policies.length === 0 && <p class="quiet">{none}</p>}
      {policies.map((policy) => (
        <Policy key={policy.task_id ?? policy.label} policy={policy} channels={channels} onChange={onChange} />
      ))}
      {children}
    </section>
  )
}

function Policy({ policy, channels, onChange }: Pick<GroupProps, 'channels' | 'onChange'> & { policy: ListedPolicy }) {
  const { task_id, label } = policy
  const name = (task_id === null ? label : policy.task_name) ?? ''
  const [edit, owner, heading]: [Route, PolicyOwner, ComponentChildren] =
    task_id === null
      ? [{ screen: 'label-policy', label: name }, { of: 'label', label: name }, <span class="code">{name}</span>]
      : [
          { screen: 'task-policy', id: task_id },
          { of: 'task', id: task_id },
          <a href={hrefOf(taskRoute(task_id))}>{name}</a>,
        ]
  return (
    <article class="policy">
      <div class="title">
        <h3>{heading}</h3>
        <Actions name={`the policy of ${name}`} edit={edit} owner={owner} onChange={onChange} />
      </div>
      <PolicyFacts policy={policy} channels={channels} />
    </article>
  )
}

interface ActionsProps {
  /** What is edited or removed, for the accessible names. */
  readonly name: string
  readonly edit: Route
  /** Undefined for a policy that is not stored. */
  readonly owner: PolicyOwner | undefined
  onChange(): void
}

function Actions({ name, edit, owner, onChange }: ActionsProps) {
  if (!tokenMay('write')) return null
  return (
    <div class="actions">
      <a class="button" aria-label={`Change ${name}`} href={hrefOf(edit)}>
        Change
      </a>
      {owner && <RemoveButton name={name} remove={() => deletePolicy(owner)} onRemoved={onChange} />}
    </div>
  )
}
