import { joinByHash } from '../database/planned.ts'
import type { Sql } from '../database/sql.ts'
import type { Caller } from '../http/caller.ts'
import { ApiError } from '../http/errors.ts'
import { hasCalendarChanged } from '../tasks/calendar-use.ts'
import type { TaskRules } from '../tasks/input.ts'
import { applySet } from './apply-set.ts'
import type { Plan, SetApply } from './model.ts'
import { planSet } from './plan-set.ts'
import { isEmpty, toWrites } from './to-writes.ts'

/** How often an apply is planned anew if the set or one of its tasks changes meanwhile. */
const maxTries = 20
/** Constraints that a task or a member which appears meanwhile violates. */
const raced = new Set(['task_key_unique_in_service', 'task_set_member_of_one_set', 'task_set_member_set_fkey'])

/** 409 for an apply. The answer contains the plan as it is now. */
const refused = (code: 'plan_changed' | 'plan_refused', message: string, plan: Plan) =>
  new ApiError(code, message, undefined, undefined, { plan })

/**
 * Makes the tasks of a set what a request says, all or none. With a digest it does exactly what the plan said.
 * @returns the plan as it was applied, with the new revision
 * @throws ApiError 400 for tasks that cannot be stored; 409 when the plan is another one, or is refused
 */
export async function apply(
  sql: Sql,
  rules: TaskRules,
  caller: Caller,
  name: string,
  { digest, source, ...request }: SetApply,
): Promise<Plan> {
  for (let tries = 0; ; tries++) {
    const { plan, ...steps } = await planSet(sql, rules, caller, name, request)
    const changedPlan =
      'What would be changed is not what this digest stands for: see the plan, and apply it with its own digest.'
    if (digest !== undefined && digest !== plan.digest) throw refused('plan_changed', changedPlan, plan)
    const [refusal] = plan.refused
    if (refusal) throw refused('plan_refused', refusal.message, plan)
    const writes = await toWrites(sql, rules, caller, steps)
    if (isEmpty(writes)) return plan
    const set = { name, revision: plan.revision, source: source ?? null, summary: plan.summary }
    const { pattern } = rules.secrets.names
    const revision = await joinByHash(sql, (own) => applySet(own, caller, set, writes, pattern)).catch((error) => {
      if (hasCalendarChanged(error) || raced.has((error as { constraint_name?: string }).constraint_name ?? ''))
        return undefined
      throw error
    })
    if (revision !== undefined) return { ...plan, revision }
    if (tries === maxTries)
      throw refused('plan_changed', 'The tasks were changed again and again meanwhile: apply once more.', plan)
  }
}
