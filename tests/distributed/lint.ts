import type { Volatility } from './functions.ts'
import { Anatomist } from './levels.ts'
import { rules } from './rules.ts'
import { parse } from './tree.ts'

/**
 * Returns what in a statement Citus refuses or runs otherwise, by the name of the rule.
 * @throws SqlError if PostgreSQL would not parse it
 */
export function lint(text: string, volatility: Volatility): ReadonlyMap<string, readonly string[]> {
  const statements = parse(text).map((each) => new Anatomist().examine(each))
  const found = Object.entries(rules).map(([name, { find }]) => {
    const parts = statements.flatMap((statement) => find(statement, volatility))
    return [name, [...new Set(parts)]] as const
  })
  return new Map(found.filter(([, parts]) => parts.length > 0))
}
