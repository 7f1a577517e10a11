import type { Volatility } from './functions.ts'
import known from './known.json' with { type: 'json' }
import { lint } from './lint.ts'
import { rules } from './rules.ts'

/** What is in the ledger: for each rule the statements that break it, with `(some forms)` if not every form does. */
export type Ledger = Readonly<Record<string, readonly string[]>>

const someForms = ' (some forms)'

/** The statements that the ledger lists under a rule, by name, and whether each form of them is to break it. */
const listed = (ledger: Ledger, rule: string): ReadonlyMap<string, boolean> =>
  new Map((ledger[rule] ?? []).map((each) => [each.replace(someForms, ''), !each.endsWith(someForms)]))

const nameOf = (text: string): string => /^\/\* duly:([a-z_]+) \*\//.exec(text)?.[1] ?? ''

/** One difference between the ledger and the statements that were sent. */
export interface Difference {
  readonly statement: string
  readonly rule: string
  /** What in the statement breaks the rule; empty if the ledger says that something does and nothing does. */
  readonly parts: readonly string[]
}

/** How a rule that a statement breaks is named in what a process writes down: `rule: statement`. */
const pairOf = (rule: string, statement: string): string => `${rule}: ${statement}`

/** What came of a comparison. */
export interface Compared {
  readonly differences: readonly Difference[]
  /** What was broken, as `rule: statement`. */
  readonly broken: readonly string[]
  /** What one form at least has kept, as `rule: statement`. */
  readonly kept: readonly string[]
}

/**
 * Compares the statements that were sent with the ledger. A statement may be sent in several forms: if one of them breaks a rule
 * the ledger must say so. If the ledger says so without `(some forms)`, each of them must break it.
 * @param texts each begins with its name as a comment
 */
export function compare(texts: Iterable<string>, volatility: Volatility, ledger: Ledger = known.statements): Compared {
  const found = new Map<string, Difference>()
  const [broken, kept] = [new Set<string>(), new Set<string>()]
  const expected = new Map(Object.keys(rules).map((rule) => [rule, listed(ledger, rule)]))
  for (const text of texts) {
    const statement = nameOf(text)
    const result = lint(text, volatility)
    for (const [rule, entries] of expected) {
      const parts = result.get(rule) ?? []
      const pair = pairOf(rule, statement)
      if (parts.length > 0) broken.add(pair)
      else kept.add(pair)
      if (parts.length > 0 ? !entries.has(statement) : entries.get(statement))
        found.set(pair, { statement, rule, parts })
    }
  }
  return { differences: [...found.values()], broken: [...broken], kept: [...kept] }
}

/**
 * Returns the entries of the ledger with `(some forms)` of which no form has broken the rule.
 * @param broken what was broken in a whole run of the tests
 */
export const unbroken = (broken: ReadonlySet<string>, ledger: Ledger = known.statements): readonly Difference[] =>
  Object.keys(ledger).flatMap((rule) =>
    [...listed(ledger, rule)]
      .filter(([statement, every]) => !every && !broken.has(pairOf(rule, statement)))
      .map(([statement]) => ({ statement, rule, parts: [] })),
  )

/** Says what a difference is, and what to do. */
export function explain({ statement, rule, parts }: Difference, places: ReadonlyMap<string, string>): string {
  const where = `${statement} (${places.get(statement) ?? 'not in src'})`
  if (parts.length === 0)
    return `${where} no longer has "${rule}", in one of its forms at least: take it off that list in tests/distributed/known.json, or mark it with "${someForms.trim()}".`
  const { refused, instead } = rules[rule] as (typeof rules)[string]
  return [
    `${where} has "${rule}": ${parts.join(', ')}.`,
    `  What Citus does: ${refused}`,
    `  What runs on both: ${instead}`,
    '  If there is no other way, add its name to that list in tests/distributed/known.json; CONTRIBUTING.md, "Citus", says more.',
  ].join('\n')
}
