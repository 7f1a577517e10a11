import { Command } from 'commander'
import { ApiErrorResponse } from '../api-error.ts'
import { findConnection } from '../connection.ts'
import { writeError, writeJson, writeLine } from '../output.ts'
import { confirm, hasTerminal } from '../terminal.ts'
import { requireAccepted } from './plan.ts'
import { appliedText, hasChanges, planText } from './plan-text.ts'
import {
  addPlanOptions,
  applyPlan,
  findPlan,
  type Plan,
  type PlanOptions,
  readPlanRequest,
  sourceOf,
} from './set-plan.ts'

interface ApplyOptions extends PlanOptions {
  readonly yes?: boolean
  readonly source?: string
}

/** Creates `duly apply`. */
export function applyCommand(): Command {
  const apply = new Command('apply')
    .description('Make the tasks of a set what its files say: all of the plan, or nothing.')
    .option('--yes', 'do not ask on a terminal')
    .option('--source <text>', 'where the files come from, such as a commit (default: the commit that CI builds)')
    .option('--json', 'print the plan that was applied as JSON')
  return addPlanOptions(apply)
    .addHelpText(
      'after',
      `
Shows the plan, asks on a terminal, and applies exactly that plan. If something has changed meanwhile, nothing is applied, the
new plan is shown, and the exit code is 1. Fields that the files do not state stay as they are, and so do tasks of no set.
duly task apply is for tasks of no set: it replaces each task of its file, one by one, with all its fields.

  duly apply -f tasks.yaml
  duly apply -f billing.yaml -f reports.yaml --prune --yes`,
    )
    .action((options: ApplyOptions) => applyAction(options))
}

async function applyAction(options: ApplyOptions): Promise<void> {
  const request = await readPlanRequest(options)
  const connection = findConnection(options)
  const plan = await findPlan(connection, request)
  const asks = hasTerminal() && !options.yes && hasChanges(plan) && plan.refused.length === 0
  // On stderr with --json, so that stdout has one value.
  if (!options.json) await writeLine(planText(plan))
  else if (asks) writeError(planText(plan))
  requireAccepted(plan)
  if (asks) await confirm('Apply this plan?', 'Nothing was applied.')
  // Also without changes: the service keeps which fields the files state.
  const applied = await applyPlan(connection, request, { digest: plan.digest, source: sourceOf(options.source) }).catch(
    (error) => refuse(error, options),
  )
  await (options.json ? writeJson(applied) : writeLine(`\n${appliedText(applied)}`))
}

/** Shows the plan that the service found instead, and throws the error. */
async function refuse(error: unknown, { json }: ApplyOptions): Promise<never> {
  if (error instanceof ApiErrorResponse && error.plan !== undefined) {
    const plan = error.plan as Plan
    await (json ? writeJson(plan) : writeLine(`\nThe plan now:\n\n${planText(plan)}`))
  }
  throw error
}
