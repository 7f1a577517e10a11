import { both, type Exit, either, opposite, unsayable } from './exit.ts'
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

/**
 * Whether commands that run if a condition holds, or if it does not, run after a success of its calls: what they answer then is
 * no failure, and its text does not matter.
 */
export function followsSuccess(condition: Exit, holds: boolean): boolean {
  const needed = holds ? condition : opposite(condition)
  if (typeof needed === 'boolean') return needed
  if ('not' in needed) return false
  return [...needed].every(
    ([call, { statuses, contains, notContains, json }]) =>
      call >= 0 &&
      contains.length + notContains.length + json.length === 0 &&
      (!statuses || (statuses.has(200) && !statuses.has(500))),
  )
}

/**
 * Returns what must hold for the script not to end early with a failure, if commands that run only if a condition holds, or only
 * if it does not, need `inner` for that.
 */
export function requiredAfter(condition: Exit, holds: boolean, inner: Exit): Exit {
  if (inner === true) return true
  const combined = either(holds ? opposite(condition) : condition, inner)
  // A later call that must succeed is a task of its own, which must succeed too.
  return combined ?? (holds ? inner : unsayable)
}

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
    return followsSuccess(exit, true) ? { exit: true, required: true } : refused
  }
  if (next.leaves) return refused
  if (next.exit === true) return { exit: true }
  const combined = either(exit, next.exit)
  if (combined !== undefined) return { exit: combined }
  return { exit: true, reason: 'What is a success depends on || in a way that a task cannot expect.' }
}

/** Returns an exit status where it is known whether a condition holds: `exit $?` after a test of `$?`. */
function within(condition: Exit, holds: boolean, exit: Exit): Exit {
  if (isSame(exit, condition)) return holds
  return isSame(exit, opposite(condition)) ? !holds : exit
}

const isSame = (a: Exit, b: Exit) =>
  a === b || (typeof a === 'object' && typeof b === 'object' && 'not' in a && 'not' in b && a.not === b.not)

/** `if condition; then yes; else no; fi`, where the condition depends on calls. */
export function afterTest(condition: Exit, then: Result, otherwise: Result): Branched {
  const yes = { ...then, exit: within(condition, true, then.exit) }
  const no = { ...otherwise, exit: within(condition, false, otherwise.exit) }
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
