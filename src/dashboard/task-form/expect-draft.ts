import type { Expect, JsonRule } from '../../task-fields/expect.ts'
import type { FieldError } from '../client/api.ts'
import { numberOf } from '../format/span.ts'
import { statusesOf, statusText } from './status-text.ts'

/** A text of the body in the form. */
export interface TextRow {
  /** Identifies the row. */
  readonly key: number
  readonly text: string
}

/** A check of one value of a JSON answer in the form. */
export interface RuleRow {
  /** Identifies the row. */
  readonly key: number
  readonly pointer: string
  /** One of those that Duly knows, or that of a later version. */
  readonly operator: string
  /** The value as it is typed; '' for an operator without one. */
  readonly value: string
}

/** What a task expects of an answer, in the form. */
export interface ExpectDraft {
  readonly status: string
  readonly contains: readonly TextRow[]
  readonly not_contains: readonly TextRow[]
  readonly json: readonly RuleRow[]
  /** What a later version of Duly has stored, which is sent back as it is. */
  readonly others: object
}

let lastKey = 0
/** Returns a new row of a text. */
export const textRow = (text = ''): TextRow => ({ key: ++lastKey, text })
/** Returns a new row of a check. */
export const ruleRow = (pointer = '', operator = 'equals', value = ''): RuleRow => ({
  key: ++lastKey,
  pointer,
  operator,
  value,
})

/** Whether an operator has no value. */
export const isBare = (operator: string): boolean => operator === 'absent' || operator === 'present'

/** Whether something was typed in a row. */
export const isFilled = (row: TextRow | RuleRow): boolean =>
  'text' in row ? row.text !== '' : row.pointer !== '' || row.value.trim() !== '' || row.operator !== 'equals'

/** The form of a task that expects nothing of its own. */
export const noExpect = expectDraftOf(null)

/** The form of what a stored task expects. */
export function expectDraftOf(expect: Expect | null): ExpectDraft {
  const { status = [], contains, not_contains, json = [], ...others } = expect ?? {}
  const rows = (texts: Expect['contains']) => [texts ?? []].flat().map(textRow)
  return {
    status: statusText(status),
    contains: rows(contains),
    not_contains: rows(not_contains),
    json: json.map(({ pointer, ...rule }) => {
      const [operator = 'equals', value] = Object.entries(rule)[0] ?? []
      return ruleRow(pointer, operator, isBare(operator) ? '' : valueText(value))
    }),
    others,
  }
}

/** What the form says that is expected; null for nothing. Rows without anything in them are left out. */
export function expectOf({ status, contains, not_contains, json, others }: ExpectDraft): Expect | null {
  const lists = {
    status: statusesOf(status),
    contains: contains.filter(isFilled).map(({ text }) => text),
    not_contains: not_contains.filter(isFilled).map(({ text }) => text),
    json: json.filter(isFilled).map(ruleOf),
  }
  const given = { ...others, ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)) }
  return Object.keys(given).length === 0 ? null : given
}

function ruleOf({ pointer, operator, value }: RuleRow): JsonRule {
  const isNumber = operator === 'at_least' || operator === 'at_most'
  return { pointer, [operator]: isBare(operator) || (isNumber ? numberOf(value) : readValue(value)) }
}

/** Finds checks without a value, of which the API would say that they have no operator. */
export function checkExpectDraft({ json }: ExpectDraft): FieldError[] {
  return json
    .filter(isFilled)
    .flatMap(({ operator, value }, index) =>
      isBare(operator) || value.trim() !== ''
        ? []
        : [{ path: `/expect/json/${index}/${operator}`, message: 'is missing: type "" for an empty text' }],
    )
}

/** The value of a check: what was typed as JSON, or as a text if it is none; undefined if nothing was typed. */
export function readValue(typed: string): unknown {
  const text = typed.trim()
  if (text === '') return undefined
  try {
    const value: unknown = JSON.parse(text)
    // Too large for a number here: it would be sent as null.
    return value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY ? text : value
  } catch {
    return text
  }
}

/** A value as it is typed: a text as it stands, unless it would be read as something else. */
export const valueText = (value: unknown): string =>
  typeof value === 'string' && readValue(value) === value ? value : JSON.stringify(value)
