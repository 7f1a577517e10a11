import { useRef } from 'preact/hooks'
import { deletePolicy } from '../client/alerts.ts'
import type { Task } from '../client/api.ts'
import { tokenMay } from '../client/rights.ts'
import { hrefOf } from '../client/route.ts'
import { usePolling } from '../client/use-polling.ts'
import { useRestoreFocus } from '../parts/restore-focus.ts'
import { isUnreachable, StaleBanner } from '../parts/stale-banner.tsx'
import { policyInForce, readPolicies } from './policies.ts'
import { PolicyFacts } from './policy-facts.tsx'
import { RemoveButton } from './remove-button.tsx'

const pollSeconds = 30

/** The alert policy that holds for a task, whose it is, and a link to change it. */
export function TaskPolicy({ task }: { task: Task }) {
  const { data, problem, reload } = usePolling(readPolicies, `policy ${task.id}`, pollSeconds)
  const edit = useRef<HTMLAnchorElement>(null)
  // The policy of the task was removed, and with it the button that did it.
  useRestoreFocus(edit)
  const policy = data && policyInForce(data, task)
  const isOwn = policy?.task_id === task.id
  return (
    <div class="policy">
      {!isUnreachable(problem) && <StaleBanner problem={problem} />}
      {!data && !problem && <p class="quiet">Loading…</p>}
      {data && policy && (
        <>
          <p class="quiet">
            {isOwn
              ? 'The task has a policy of its own.'
              : policy.label === null
                ? 'The task has no policy of its own: the default of the service holds.'
                : `The task has no policy of its own: that of its label ${policy.label} holds.`}
          </p>
          <PolicyFacts policy={policy} channels={data.channels} />
          {tokenMay('write') && (
            <div class="actions">
              <a class="button" ref={edit} href={hrefOf({ screen: 'task-policy', id: task.id })}>
                {isOwn ? 'Change it' : 'Give the task its own'}
              </a>
              {isOwn && (
                <RemoveButton
                  name={`the policy of ${task.name}`}
                  remove={() => deletePolicy({ of: 'task', id: task.id })}
                  onRemoved={reload}
                />
              )}
            </div>
          )}
        </>
      )}
    </div>
  )
}
