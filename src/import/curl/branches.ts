import { both, type Exit, either, opposite } from './exit.ts'
import type { Result } from './result.ts'

/** What commands come to of which some run only if calls succeed, or only if they fail. */
export interface Branched {
  readonly exit: Exit
  readonly leaves?: boolean
  /** What must hold so that the script does not end early with a failure. */
  readonly required?: Exit
  readonly reason?: string
}

const refused = { exit: true, reason: 'What follows the test of a call is not understood.' }

/** `a && b`, where a depends on calls. */
export function afterAnd(exit: Exit, next: Result): Branched {
  if (!next.leaves) return { exit: both(exit, next.exit) }
  const needed = opposite(exit)
  return next.exit === false ? { exit: needed, required: needed } : refused
}

/** `a || b`, where a depends on calls. */
export function afterOr(exit: Exit, next: Result): Branched {
  if (next.leaves && typeof next.exit === 'boolean') {
    if (next.exit === false) return { exit: true, required: exit }
    return { exit: true, required: true }
  }
  if (next.leaves) return refused
  if (next.exit === true) return { exit: true }
  const combined = either(exit, next.exit)
  if (combined !== undefined) return { exit: combined }
  return { exit: true, reason: 'What is a success depends on || in a way that a task cannot expect.' }
}

/** `if condition; then yes; else no; fi`, where the condition depends on calls. */
export function afterTest(condition: Exit, yes: Result, no: Result): Branched {
  const fails = ({ exit }: Result) => exit === false
  if (typeof yes.exit !== 'boolean' || typeof no.exit !== 'boolean') {
    // Calls after a success may fail the script too.
    return typeof yes.exit !== 'boolean' && fails(no) ? { exit: both(condition, yes.exit) } : refused
  }
  if (fails(yes) && fails(no)) return { exit: false, leaves: true }
  if (!fails(yes) && !fails(no)) {
    if (yes.leaves !== no.leaves) return refused
    return { exit: true, ...(yes.leaves ? { leaves: true } : {}) }
  }
  const needed = fails(no) ? condition : opposite(condition)
  const [failing, passing] = fails(no) ? [no, yes] : [yes, no]
  if (!failing.leaves) return { exit: needed }
  return { exit: true, required: needed, ...(passing.leaves ? { leaves: true } : {}) }
}
