import { Command } from 'commander'
import { CommandError } from '../command-error.ts'
import { findConnection } from '../connection.ts'
import { writeJson, writeLine } from '../output.ts'
import { hasChanges, planText, withOptions } from './plan-text.ts'
import { addPlanOptions, findPlan, type Plan, type PlanOptions, readPlanRequest } from './set-plan.ts'

/** Exit code of `duly plan --exit-code` for a plan with changes. */
const changesExitCode = 3

/** Creates `duly plan`. */
export function planCommand(): Command {
  const plan = new Command('plan')
    .description('Show what duly apply would change for a set of tasks that is kept in files. Nothing is changed.')
    .option('--exit-code', `exit code ${changesExitCode} when there are changes`)
    .option('--json', 'print the plan as JSON')
  return addPlanOptions(plan)
    .addHelpText(
      'after',
      `
+ create   ~ update   > move   = adopt   - delete   | pause   ! conflict

A field that somebody has changed since the last apply is marked (changed by hand). Secret values are never shown.
Exit codes: 0 shown; 3 there are changes (with --exit-code); 1 an apply would be refused, or failed; 2 wrong usage.

  duly plan -f tasks.yaml
  duly plan -f tasks.yaml --prune --exit-code`,
    )
    .action((options: PlanOptions & { exitCode?: boolean }) => planAction(options))
}

async function planAction(options: PlanOptions & { exitCode?: boolean }): Promise<void> {
  const request = await readPlanRequest(options)
  const plan = await findPlan(findConnection(options), request)
  await (options.json ? writeJson(plan) : writeLine(planText(plan)))
  requireAccepted(plan)
  if (options.exitCode && hasChanges(plan)) process.exit(changesExitCode)
}

/** A plan that would be refused. */
class RefusedPlanError extends CommandError {
  override readonly code: string = 'plan_refused'
}

/** @throws CommandError for a plan whose apply would be refused */
export function requireAccepted({ refused }: Plan): void {
  if (refused.length > 0)
    throw new RefusedPlanError(
      `An apply of this plan is refused: ${refused.map(({ message }) => withOptions(message)).join(' ')}`,
    )
}
