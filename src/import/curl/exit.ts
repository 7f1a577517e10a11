import type { StatusEntry } from '../../task-fields/status-entries.ts'

/** A rule about a value of a JSON answer, as `expect` of a task has it. */
export type Rule = Readonly<Record<string, unknown>>

/** What must hold of one call. */
export interface Judge {
  /** Whether curl or wget itself must end with exit status 0. */
  readonly needsExit: boolean
  /** The statuses that are accepted; 0 stands for a call without an answer. Missing: any. */
  readonly statuses?: ReadonlySet<number>
  readonly contains: readonly string[]
  readonly notContains: readonly string[]
  readonly json: readonly Rule[]
}

/** An exit status that depends on calls: it is 0 if all of this holds. The keys are the numbers of the calls. */
export type Condition = ReadonlyMap<number, Judge>

/** An exit status that is 0 if a condition does not hold, where no criterion of Duly says so. */
export interface Negation {
  readonly not: Condition
}

/** The exit status of a command: always 0, never, or depending on calls. */
export type Exit = boolean | Condition | Negation

/** A condition that no criterion of Duly says. Its key is no call. */
export const unsayable: Condition = new Map([[-1, { needsExit: true, contains: [], notContains: [], json: [] }]])

/** Whether an exit status can be written as what a task expects. */
export const isSayable = (exit: Exit): exit is boolean | Condition =>
  typeof exit === 'boolean' || (!('not' in exit) && !exit.has(-1))

export const anything: Judge = { needsExit: false, contains: [], notContains: [], json: [] }

/** Statuses of HTTP, and 0 for a call without an answer. */
export const allStatuses: readonly number[] = [0, ...Array.from({ length: 500 }, (_, at) => at + 100)]

/** Returns the condition that one call fulfils. */
export const judgeOf = (call: number, judge: Partial<Judge>): Condition => new Map([[call, { ...anything, ...judge }]])

/** Returns the exit status of `a && b`. */
export function both(a: Exit, b: Exit): Exit {
  if (a === false || b === false) return false
  if (a === true) return b
  if (b === true) return a
  if ('not' in a || 'not' in b) return unsayable
  const all = new Map(a)
  for (const [call, judge] of b) {
    const other = all.get(call)
    all.set(call, other ? merge(other, judge) : judge)
  }
  return all
}

function merge(a: Judge, b: Judge): Judge {
  const statuses =
    a.statuses && b.statuses
      ? new Set([...a.statuses].filter((status) => b.statuses?.has(status)))
      : (a.statuses ?? b.statuses)
  return {
    needsExit: a.needsExit || b.needsExit,
    ...(statuses ? { statuses } : {}),
    contains: [...new Set([...a.contains, ...b.contains])],
    notContains: [...new Set([...a.notContains, ...b.notContains])],
    json: [...a.json, ...b.json],
  }
}

/** Returns the only criterion of an exit status, and its call; undefined if it has none or several. */
function only(exit: Exit): readonly [number, Judge] | undefined {
  if (typeof exit === 'boolean' || 'not' in exit || exit.size !== 1) return undefined
  const [[call, judge]] = exit as unknown as readonly [[number, Judge]]
  const count =
    Number(judge.needsExit) +
    Number(judge.statuses !== undefined) +
    judge.contains.length +
    judge.notContains.length +
    judge.json.length
  return count === 1 ? [call, judge] : undefined
}

/** Returns the exit status of `! a`. */
export function opposite(exit: Exit): Exit {
  if (typeof exit === 'boolean') return !exit
  if ('not' in exit) return exit.not
  const [call, judge] = only(exit) ?? []
  if (call === undefined || !judge) return { not: exit }
  const { statuses } = judge
  if (statuses) return judgeOf(call, { statuses: new Set(allStatuses.filter((status) => !statuses.has(status))) })
  if (judge.contains.length > 0) return judgeOf(call, { notContains: judge.contains })
  if (judge.notContains.length > 0) return judgeOf(call, { contains: judge.notContains })
  return { not: exit }
}

/** Returns the exit status of `a || b`; undefined if no criterion of Duly says it. */
export function either(a: Exit, b: Exit): Exit | undefined {
  if (a === true || b === true) return true
  if (a === false) return b
  if (b === false) return a
  const [one, first] = only(a) ?? []
  const [other, second] = only(b) ?? []
  if (one === undefined || one !== other || !first?.statuses || !second?.statuses) return undefined
  // A text that must hold with one of them only cannot be written.
  const isPlain = ({ contains, notContains, json }: Judge) => contains.length + notContains.length + json.length === 0
  if (!isPlain(first) || !isPlain(second) || first.needsExit !== second.needsExit) return undefined
  const statuses = new Set([...first.statuses, ...second.statuses])
  return judgeOf(one, { needsExit: first.needsExit, statuses })
}

/** Writes statuses as `expect` of a task has them; undefined if they need more than 10 entries. */
export function statusEntries(statuses: ReadonlySet<number>): readonly StatusEntry[] | undefined {
  const entries: StatusEntry[] = []
  for (let from = 100; from < 600; from++) {
    if (!statuses.has(from)) continue
    let to = from
    while (to < 599 && statuses.has(to + 1)) to++
    for (; from <= to; from++) {
      const end =
        from % 100 === 0 && to >= from + 99 ? from + 99 : Math.min(to, from % 100 === 0 ? to : from - (from % 100) + 99)
      if (end === from + 99) entries.push(`${from / 100}xx`)
      else entries.push(end === from ? from : `${from}-${end}`)
      from = end
    }
    from = to
  }
  return entries.length > 0 && entries.length <= 10 ? entries : undefined
}
