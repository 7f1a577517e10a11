import { joinParts } from '../shell/expand-word.ts'
import type { Text } from '../text.ts'
import type { Option } from './option.ts'

/** An option of a command line with its value, or an operand (curl and wget have URLs there). */
export type Argument =
  | { readonly option: Option; readonly isNo: boolean; readonly value: Text }
  | { readonly operand: Text }

/** What the options of a command line are. */
export interface ParsedOptions {
  readonly arguments: readonly Argument[]
  readonly reasons: readonly string[]
  readonly notes: readonly string[]
}

/** How a program reads its options. */
export interface Grammar {
  readonly program: string
  readonly options: readonly Option[]
  /** Whether `--name=value` is understood. */
  readonly hasEquals: boolean
  /** Returns the reason why a long option that is not among the options needs a person; undefined to look it up as usual. */
  readonly refuse?: (name: string) => string | undefined
}

/** Reads the words behind the name of a program. */
export function parseOptions(words: readonly Text[], grammar: Grammar): ParsedOptions {
  const found: Argument[] = []
  const reasons: string[] = []
  const notes: string[] = []
  const byShort = new Map(grammar.options.flatMap((option) => (option.short ? [[option.short, option]] : [])))
  let readsOptions = true
  let at = 0
  /** Takes the value of an option: the rest of its word, or the next word. */
  const valueFor = (shown: string, rest: Text | undefined): Text | undefined => {
    if (rest !== undefined) return rest
    const next = words[++at]
    if (next === undefined) reasons.push(`${shown} has no value.`)
    return next
  }
  for (; at < words.length; at++) {
    const word = words[at] as Text
    const first = typeof word[0] === 'string' ? word[0] : ''
    if (!readsOptions || !first.startsWith('-') || (first === '-' && word.length === 1)) {
      found.push({ operand: word })
    } else if (first === '--' && word.length === 1) readsOptions = false
    else if (first.startsWith('--')) {
      const [, name = '', given] = (grammar.hasEquals ? /^--([^=]*)(?:=(.*))?$/s : /^--(.*)$/s).exec(first) ?? []
      if (word.length > 1 && given === undefined) {
        reasons.push(`--${name} is followed by a value that is not known: an option was expected.`)
        continue
      }
      const refused = grammar.refuse?.(name)
      const match = refused === undefined ? matchLong(name, grammar) : { reason: refused }
      if ('reason' in match) {
        reasons.push(match.reason)
        continue
      }
      if (match.note) notes.push(match.note)
      const rest = given === undefined ? undefined : joinParts([given, ...word.slice(1)])
      if (!match.option.takesValue && rest !== undefined) reasons.push(`--${name} takes no value.`)
      const value = match.option.takesValue && !match.isNo ? valueFor(`--${name}`, rest) : ['']
      if (value) found.push({ option: match.option, isNo: match.isNo, value })
    } else {
      for (let letterAt = 1; letterAt < first.length || (letterAt === first.length && word.length > 1); letterAt++) {
        const letter = first[letterAt]
        if (letter === undefined) {
          reasons.push(`${first} is followed by a value that is not known.`)
          break
        }
        const option = byShort.get(letter)
        if (!option) {
          reasons.push(`-${letter} is not an option of ${grammar.program} that is known here.`)
          break
        }
        if (!option.takesValue) {
          found.push({ option, isNo: false, value: [''] })
          continue
        }
        const rest = joinParts([first.slice(letterAt + 1), ...word.slice(1)])
        const isEmpty = rest.length === 1 && rest[0] === ''
        const value = valueFor(`-${letter}`, isEmpty ? undefined : rest)
        if (value) found.push({ option, isNo: false, value })
        break
      }
    }
  }
  return { arguments: found, reasons, notes }
}

type Match = { readonly option: Option; readonly isNo: boolean; readonly note?: string } | { readonly reason: string }

function matchLong(name: string, { options, program }: Grammar): Match {
  const find = (wanted: string, isNo: boolean): Match | undefined => {
    const exact = options.find((option) => option.name === wanted)
    if (exact && !(isNo && exact.takesValue)) return { option: exact, isNo }
    return undefined
  }
  const exact = find(name, false) ?? (name.startsWith('no-') ? find(name.slice(3), true) : undefined)
  if (exact) return exact
  const isNo = name.startsWith('no-')
  const wanted = isNo ? name.slice(3) : name
  const starting =
    wanted === '' ? [] : options.filter((option) => option.name.startsWith(wanted) && !(isNo && option.takesValue))
  const [one, ...others] = starting
  if (one && others.length === 0)
    return {
      option: one,
      isNo,
      note: `--${name} is short for --${isNo ? 'no-' : ''}${one.name}, which newer versions may refuse.`,
    }
  if (one)
    return {
      reason: `--${name} may be ${starting
        .slice(0, 3)
        .map((option) => `--${option.name}`)
        .join(' or ')}.`,
    }
  return { reason: `--${name} is not an option of ${program} that is known here.` }
}
