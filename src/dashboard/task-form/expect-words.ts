import { anyOf } from '../../formats/list.ts'
import type { Expect } from '../../task-fields/expect.ts'
import type { OperatorName } from '../../task-fields/json-operators.ts'
import { isBare, readValue } from './expect-draft.ts'

/** What the operators are called, in the order in which they are offered. */
export const operatorWords: Readonly<Record<OperatorName, string>> = {
  equals: 'is',
  not_equals: 'is not',
  at_least: 'is at least',
  at_most: 'is at most',
  present: 'is there',
  absent: 'is absent',
}

/** What a task expects, in words: `2xx or 304, contains “done”, /status is "ok"`. */
export function expectWords(value: unknown): string {
  if (typeof value !== 'object' || value === null) return 'any 2xx'
  const { status = [], contains, not_contains, json = [] } = value as Expect
  const quoted = (texts: Expect['contains']) => [texts ?? []].flat().map((text) => `“${text}”`)
  const rules = json.flatMap(({ pointer, ...rule }) =>
    Object.entries(rule).map(([operator, operand]) => {
      const words = `${pointer === '' ? 'the document' : pointer} ${operatorWords[operator as OperatorName] ?? operator}`
      return isBare(operator) ? words : `${words} ${JSON.stringify(operand)}`
    }),
  )
  return [
    status.length === 0 ? 'any 2xx' : anyOf(status.map(String)),
    ...quoted(contains).map((text) => `contains ${text}`),
    ...quoted(not_contains).map((text) => `does not contain ${text}`),
    ...rules,
  ].join(', ')
}

/** How the value of a check is understood, where that is not plain from what was typed. */
export function valueHint(typed: string): string | undefined {
  const value = readValue(typed)
  if (typeof value === 'string')
    return /^\s*[[{"]/.test(typed) && value === typed.trim()
      ? 'This is not JSON, so it is compared as a text.'
      : undefined
  if (value === undefined) return undefined
  if (typeof value === 'object' && value !== null)
    return `Compared as a JSON ${Array.isArray(value) ? 'list' : 'object'}.`
  const what = typeof value === 'number' ? `the number ${value}` : `the JSON value ${value}`
  return `Compared as ${what}. As a text it stands in quotation marks: "${typed.trim()}".`
}
