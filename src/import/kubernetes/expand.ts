import type { Part, Text, Value } from '../text.ts'

/** Finds the value of a variable of a container; undefined if it has none of this name. */
export type Lookup = (name: string) => Value | undefined

/**
 * Expands `$(NAME)` as Kubernetes does in `command`, `args` and values of `env`: a name that is not set stays as it is, and
 * `$$` is a dollar sign.
 */
export function expandReferences(text: string, lookup: Lookup): Value {
  const parts: Part[] = []
  let plain = ''
  let at = 0
  while (at < text.length) {
    const dollar = text.indexOf('$', at)
    if (dollar < 0 || dollar === text.length - 1) break
    plain += text.slice(at, dollar)
    const next = text[dollar + 1] as string
    const close = next === '(' ? text.indexOf(')', dollar) : -1
    if (next === '$') {
      plain += '$'
      at = dollar + 2
    } else if (close < 0) {
      plain += text.slice(dollar, dollar + 2)
      at = dollar + 2
    } else {
      const name = text.slice(dollar + 2, close)
      const value = lookup(name)
      at = close + 1
      if (value === undefined) plain += text.slice(dollar, at)
      else if ('unknown' in value) return value
      else {
        for (const part of value) {
          if (typeof part === 'string') plain += part
          else {
            if (plain !== '') parts.push(plain)
            parts.push(part)
            plain = ''
          }
        }
      }
    }
  }
  plain += text.slice(at)
  if (plain !== '' || parts.length === 0) parts.push(plain)
  return parts
}

/** A script whose references of Kubernetes are variables of the shell. */
export interface ExpandedScript {
  readonly script: string
  /** Variables that it needs besides those of the container, by name. */
  readonly variables: ReadonlyMap<string, Text>
}

/**
 * Expands `$(NAME)` in the script of `sh -c`. Kubernetes puts values into the script before the shell reads it. Known values are
 * put in; a reference becomes a variable of the shell in quotation marks that fit its place, so that it is one value.
 * @returns why it cannot be expanded, if it cannot
 */
export function expandScript(text: string, lookup: Lookup): ExpandedScript | { readonly unknown: string } {
  const value = expandReferences(text, lookup)
  if ('unknown' in value) return value
  const variables = new Map<string, Text>()
  if (value.length > 1 && /<<-?\s*['"\\]/.test(text))
    return { unknown: 'the script has a here-document in which Kubernetes puts a value' }
  let script = ''
  for (const part of value) {
    if (typeof part === 'string') script += part
    else {
      const name = `DULY_${part.kind.toUpperCase()}_${part.name.replaceAll('-', '_')}`
      variables.set(name, [part])
      const quote = openQuote(script)
      script += quote === '"' ? `\${${name}}` : quote === "'" ? `'"\${${name}}"'` : `"\${${name}}"`
    }
  }
  return { script, variables }
}

/** Returns the quotation mark that is open at the end of a piece of a script. */
function openQuote(script: string): '"' | "'" | undefined {
  let quote: '"' | "'" | undefined
  for (let at = 0; at < script.length; at++) {
    const character = script[at]
    if (character === '\\' && quote !== "'") at++
    else if (quote !== undefined) quote = character === quote ? undefined : quote
    else if (character === '"' || character === "'") quote = character
    else if (character === '#' && /^\s?$/.test(script[at - 1] ?? '')) {
      const end = script.indexOf('\n', at)
      if (end < 0) return undefined
      at = end
    }
  }
  return quote
}
