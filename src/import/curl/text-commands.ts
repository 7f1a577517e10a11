import { joinParts } from '../shell/expand-word.ts'
import type { Text } from '../text.ts'
import { base64Of } from './basic.ts'
import { printf } from './filters.ts'
import { done, type Known, plainOf, type Result } from './result.ts'

interface Surroundings {
  /** Whether the shell is known to be bash. */
  readonly isBash: boolean
  /** What calls have written into files, by path. */
  readonly files: ReadonlyMap<string, Known>
  lookup(name: string): Known | undefined
}

const result = (output: Known): Result => ({ ...done, output })

/** Reads commands that write texts; undefined for others. */
export function textCommand(
  name: string,
  words: readonly Known[],
  input: Known | undefined,
  { isBash, files, lookup }: Surroundings,
): Result | undefined {
  const written = (path: Known | undefined): Result | undefined => {
    const text = files.get(plainOf(path) ?? '')
    return text && result(text)
  }
  switch (name) {
    case 'echo':
      return result(echo(words, isBash))
    case 'printf': {
      const [format, ...values] = words
      const text = plainOf(format)
      const written =
        text !== undefined && values.every((value) => Array.isArray(value))
          ? printf(text, values as readonly Text[])
          : undefined
      return result(written ? joinParts(written) : { unknown: 'what printf writes is not known' })
    }
    case 'cat':
      if (words.length === 0 || plainOf(words[0]) === '-') return result(input ?? [''])
      return words.length === 1 ? written(words[0]) : undefined
    case 'rm':
      return words.every((word) => /^-[rf]+$/.test(plainOf(word) ?? '') || written(word)) ? done : undefined
    case 'printenv': {
      const variable = plainOf(words[0])
      const value = variable === undefined || words.length > 1 ? undefined : lookup(variable)
      return value && Array.isArray(value) ? result(joinParts([...(value as Text), '\n'])) : undefined
    }
    case 'base64': {
      if (!Array.isArray(input) || words.some((word) => !/^(-w0?|--wrap=0|0|-)$/.test(plainOf(word) ?? '')))
        return undefined
      const text = joinParts(input as Text)
      const plain = plainOf(text)
      const isWrapped = words.length === 0 && plain !== undefined && Buffer.byteLength(plain) > 57
      return result(isWrapped ? { unknown: 'base64 breaks its output into lines: add -w 0' } : [base64Of(text), '\n'])
    }
    case 'tr': {
      const options = words.map(plainOf)
      const removesLines = options[0] === '-d' && /^(\\[rn])+$|^[\r\n]+$/.test(options[1] ?? '') && options.length === 2
      if (!removesLines || !Array.isArray(input)) return undefined
      return result(
        joinParts((input as Text).map((part) => (typeof part === 'string' ? part.replace(/[\r\n]/g, '') : part))),
      )
    }
    default:
      return undefined
  }
}

function echo(words: readonly Known[], isBash: boolean): Known {
  const [first] = words
  const hasNoLine = plainOf(first) === '-n'
  const rest = hasNoLine ? words.slice(1) : words
  const [only] = rest
  if (rest.length === 1 && only && 'special' in only) return only
  const texts: Text[] = []
  for (const word of rest) {
    if (!Array.isArray(word)) return { unknown: 'what echo writes is not known' }
    texts.push(word as Text)
  }
  const text = joinParts([
    ...texts.flatMap((one, at) => (at === 0 ? one : [' ', ...one])),
    ...(hasNoLine ? [] : ['\n']),
  ])
  const option = plainOf(rest[0])
  if (option !== undefined && /^-[neE]+$/.test(option))
    return { unknown: `echo ${option} writes other texts in other shells: use printf` }
  if (!isBash && text.some((part) => typeof part === 'string' && part.includes('\\')))
    return { unknown: 'echo with a backslash writes other texts in other shells: use printf' }
  return text
}
