import { excerpt } from '../formats/excerpt.ts'
import { anyOf } from '../formats/list.ts'
import type { Expect, JsonRule } from './expect.ts'
import type { OperatorName } from './json-operators.ts'
import { matchesStatus } from './status-entries.ts'

/** An answer as it is judged. */
export interface Answer {
  readonly status: number
  /** The body as it is kept; null without one. */
  readonly text: string | null
  /** Whether the body was longer than what is kept. */
  readonly truncated: boolean
  /** Whether the request was a HEAD, so that the answer has no body whatever it says. */
  readonly isHead: boolean
}

/** Levels of nesting that are read. */
const deepest = 100
const known: ReadonlySet<string> = new Set(['status', 'contains', 'not_contains', 'json'] satisfies (keyof Expect)[])
const notUnderstood = 'what the task expects cannot be understood by this version of Duly'

/** Reports whether a task accepts a status: one that it lists, or 2xx if it lists none. It never throws. */
export function acceptsStatus(expect: unknown, status: number): boolean {
  const list = (expect as Expect | null | undefined)?.status
  if (list === undefined || list === null) return status >= 200 && status < 300
  return listsStatus(expect, status)
}

/** Reports whether a status is in the task's list of statuses. It never throws. */
export function listsStatus(expect: unknown, status: number): boolean {
  try {
    const list = (expect as Expect | null | undefined)?.status
    return Array.isArray(list) && matchesStatus(list, status)
  } catch {
    return false
  }
}

/**
 * Judges an answer by what the task expects. What cannot be checked has failed. It never throws, whatever it is given.
 * @param expect as it is stored; a later version of Duly may have written it
 * @param hide replaces secret values in a text that is quoted
 * @returns why the answer fails, as a sentence; undefined for an answer in which everything holds
 */
export function judge(expect: unknown, answer: Answer, hide = (text: string) => text): string | undefined {
  try {
    if (!acceptsStatus(expect, answer.status))
      return `the target answered ${answer.status}, expected ${anyOf(((expect as Expect).status ?? ['2xx']).map(String))}`
    const fault = bodyFault(expect as Expect, answer, hide)
    if (fault === undefined || fault === notUnderstood) return fault
    return `the target answered ${answer.status}, but ${fault}`
  } catch {
    return notUnderstood
  }
}

/** Returns the first fault of a body, as a clause. */
function bodyFault(expect: Expect, answer: Answer, hide: (text: string) => string): string | undefined {
  if (typeof expect !== 'object' || Object.keys(expect).some((name) => !known.has(name))) return notUnderstood
  const { contains = [], not_contains = [], json = [] } = expect
  const [wanted, unwanted] = [contains, not_contains].map((texts) => (Array.isArray(texts) ? texts : [texts]))
  const [needed, refused] = [wanted as string[], unwanted as string[]]
  if (![...needed, ...refused].every((text) => typeof text === 'string') || !Array.isArray(json)) return notUnderstood
  if (needed.length + refused.length + json.length === 0) return undefined
  if (answer.isHead) return 'an answer to HEAD has no body that could be checked'
  return containsFault(needed, answer) ?? notContainsFault(refused, answer) ?? jsonFault(json, answer, hide)
}

const tooLong = 'its body is longer than the 64 KiB that are checked'

function containsFault(texts: readonly string[], { text, truncated }: Answer): string | undefined {
  const body = text ?? ''
  const missing = texts.find((wanted) => !body.includes(wanted))
  if (missing === undefined) return undefined
  if (body === '') return `its body is empty and does not contain ${quoted(missing)}`
  return truncated
    ? `${tooLong}, and these do not contain ${quoted(missing)}`
    : `its body does not contain ${quoted(missing)}`
}

function notContainsFault(texts: readonly string[], { text, truncated }: Answer): string | undefined {
  if (texts.length === 0) return undefined
  const found = texts.find((unwanted) => text?.includes(unwanted))
  if (found !== undefined) return `its body contains ${quoted(found)}`
  return truncated ? `${tooLong}, so it may contain ${quoted(texts[0])}` : undefined
}

function jsonFault(rules: readonly JsonRule[], answer: Answer, hide: (text: string) => string): string | undefined {
  if (rules.length === 0) return undefined
  const what = `${nameOf(rules[0] as JsonRule)} cannot be checked`
  const text = answer.text ?? ''
  if (answer.truncated) return `${tooLong}, so ${what}`
  if (text.trim() === '') return `its body is empty, so ${what}`
  if (isDeeper(text, deepest)) return `its JSON is nested deeper than ${deepest} levels, so ${what}`
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return `its body is not JSON, so ${what}`
  }
  for (const rule of rules) {
    const fault = ruleFault(rule, value, hide)
    if (fault !== undefined) return fault
  }
  return undefined
}

/** Returns the fault of one value, as a clause. */
function ruleFault(rule: JsonRule, document: unknown, hide: (text: string) => string): string | undefined {
  const operators = Object.keys(rule).filter((name) => name !== 'pointer')
  const [operator] = operators
  if (operators.length !== 1 || typeof rule.pointer !== 'string') return notUnderstood
  if (!/^(\/([^~/]|~[01])*)*$/.test(rule.pointer)) return `${quoted(rule.pointer)} is not a JSON pointer`
  const found = lookUp(document, rule.pointer)
  const value = found?.[0]
  const is = () => `${nameOf(rule)} is ${found ? shown(value, hide) : 'absent'}`
  switch (operator as OperatorName) {
    case 'equals':
      return found && sameJson(value, rule.equals) ? undefined : `${is()}, not ${quoted(rule.equals)}`
    case 'not_equals':
      if (!found) return `${is()}, and must have a value other than ${quoted(rule.not_equals)}`
      return sameJson(value, rule.not_equals) ? `${is()}, and must have another value` : undefined
    case 'absent':
      if (rule.absent !== true) return notUnderstood
      return found ? `${is()}, and must be absent` : undefined
    case 'present':
      if (rule.present !== true) return notUnderstood
      return found ? undefined : is()
    case 'at_least':
      if (typeof rule.at_least !== 'number') return notUnderstood
      return typeof value === 'number' && value >= rule.at_least
        ? undefined
        : `${is()}, not a number from ${rule.at_least} on`
    case 'at_most':
      if (typeof rule.at_most !== 'number') return notUnderstood
      return typeof value === 'number' && value <= rule.at_most
        ? undefined
        : `${is()}, not a number up to ${rule.at_most}`
    default:
      return notUnderstood
  }
}

const nameOf = ({ pointer }: JsonRule) => (pointer === '' ? 'the document' : excerpt(pointer))

/** A value of the answer for an error message. */
function shown(value: unknown, hide: (text: string) => string): string {
  const isBeyond = typeof value === 'number' && !Number.isFinite(value)
  return isBeyond ? 'a number beyond 1.8e308' : excerpt(hide(jsonOf(value)))
}

/** A value of the task for an error message. */
const quoted = (value: unknown) => excerpt(jsonOf(value))

/** A value as JSON. A number that is too large for JavaScript is written as such: JSON.stringify would make it null. */
const jsonOf = (value: unknown): string =>
  JSON.stringify(value, (_, inner) => (typeof inner === 'number' && !Number.isFinite(inner) ? `${inner}` : inner)) ?? ''

/** Looks a value up by a valid JSON pointer (RFC 6901). Returns it in an array; undefined if there is none. */
function lookUp(document: unknown, pointer: string): readonly [unknown] | undefined {
  let value = document
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof value !== 'object' || value === null) return undefined
    if (
      Array.isArray(value) ? !/^(0|[1-9]\d*)$/.test(name) || Number(name) >= value.length : !Object.hasOwn(value, name)
    )
      return undefined
    value = (value as Record<string, unknown>)[name]
  }
  return [value]
}

/** Whether two JSON values are equal: numbers by value, objects whatever the order of their members. */
function sameJson(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return one === other
  if (Array.isArray(one) !== Array.isArray(other)) return false
  const names = Object.keys(one)
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && sameJson(one[name as never], other[name as never]))
  )
}

/** Whether JSON text is nested deeper than `most` levels. Deep nesting overflows the stack of what reads it. */
function isDeeper(text: string, most: number): boolean {
  let depth = 0
  let isInString = false
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (isInString) {
      if (code === 92) index++
      else if (code === 34) isInString = false
    } else if (code === 34) isInString = true
    else if (code === 91 || code === 123) {
      if (++depth > most) return true
    } else if (code === 93 || code === 125) depth--
  }
  return false
}
