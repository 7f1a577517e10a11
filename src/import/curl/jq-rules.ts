import type { Rule } from './exit.ts'

const path =
  /^\s*(\.(?:[A-Za-z_]\w*|"[^"\\]*"|\[\d+\]|\["[^"\\]*"\])?(?:\.[A-Za-z_]\w*|\."[^"\\]*"|\.?\[\d+\]|\.?\["[^"\\]*"\])*)\s*/

/** Reads a path such as `.items[0].id`. Returns its JSON pointer and what follows it. */
export function jqPath(text: string): { readonly pointer: string; readonly rest: string } | undefined {
  const [all, found] = path.exec(text) ?? []
  if (all === undefined || found === undefined) return undefined
  const names = [...found.matchAll(/([A-Za-z_]\w*)|"([^"\\]*)"|\[(\d+)\]/g)].map(
    ([, name, quoted, index]) => name ?? quoted ?? index ?? '',
  )
  const pointer = names.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
  return { pointer, rest: text.slice(all.length) }
}

/** Returns the rules that a filter of `jq -e` comes to; undefined for one that is not understood. */
export function jqRules(filter: string): readonly Rule[] | undefined {
  if (filter.length > 2000) return undefined
  const text = filter.trim()
  const clauses = text.split(/\s+and\s+/)
  const rules = clauses.map((clause) => clauseRules(clause.trim()))
  return rules.every((one) => one !== undefined) ? rules.flat() : undefined
}

function clauseRules(text: string): readonly Rule[] | undefined {
  const inner = /^\((.*)\)$/s.exec(text)?.[1]
  if (inner !== undefined && !/[()]/.test(inner)) return clauseRules(inner.trim())
  const read = jqPath(text)
  if (!read) return undefined
  const { pointer, rest } = read
  // A filter by itself is true for everything but false and null.
  if (rest === '')
    return [
      { pointer, not_equals: false },
      { pointer, not_equals: null },
    ]
  const [, length] = /^\|\s*length\s*(?:>\s*0|>=\s*1|!=\s*0)$/.exec(rest) ? ['', 'yes'] : []
  if (length) return [{ pointer: `${pointer}/0`, present: true }]
  const [, operator, literal = ''] = /^(==|!=|>=|<=)\s*(.+)$/s.exec(rest) ?? []
  if (operator === undefined) return undefined
  let value: unknown
  try {
    value = JSON.parse(literal)
  } catch {
    return undefined
  }
  if (typeof value === 'object' && value !== null) return undefined
  if (operator === '==') return value === null ? undefined : [{ pointer, equals: value }]
  if (operator === '!=') return [{ pointer, not_equals: value }]
  if (typeof value !== 'number') return undefined
  return [operator === '>=' ? { pointer, at_least: value } : { pointer, at_most: value }]
}
