import type { Text } from '../text.ts'
import type { Exit } from './exit.ts'
import { done, type Known, nothing, plainOf, type Result, refused } from './result.ts'

/** Reads `exit STATUS`. `last` is the exit status of the command before it. */
export function exitCommand(status: Known | undefined, last: Exit): Result {
  const leave = (exit: Exit): Result => ({ exit, output: nothing, leaves: true })
  if (status === undefined) return leave(last)
  if ('special' in status && status.special.kind === 'exit') return leave(status.special.exit)
  const text = plainOf(status)
  if (text === undefined || !/^\d{1,9}$/.test(text)) return refused('exit has a status that is not known.')
  return leave(Number(text) % 256 === 0)
}

/** Reads `set -e` and its kin, and changes the flags of the shell. */
export function setCommand(words: readonly Known[], flags: Set<string>, source: string): Result {
  const texts = words.map(plainOf)
  for (let at = 0; at < texts.length; at++) {
    const [, sign, letters = ''] = /^([-+])([a-zA-Z]+)$/.exec(texts[at] ?? '') ?? []
    if (sign === undefined) return refused(`${source} is not understood.`)
    const names = letters.endsWith('o') ? [...letters.slice(0, -1), texts[++at] ?? ''] : [...letters]
    for (const name of names) {
      const flag = { errexit: 'e', nounset: 'u', noexec: 'n', allexport: 'a' }[name] ?? name
      if (flag === 'n') return refused(`${source}: nothing is run.`)
      if (sign === '-') flags.add(flag)
      else flags.delete(flag)
    }
  }
  return done
}

/** Reads `export NAME=value`, sets variables, and notes that programs get them. */
export function exportCommand(words: readonly Known[], variables: Map<string, Known>, exported: Set<string>): Result {
  for (const word of words) {
    const [first, ...more] = Array.isArray(word) ? (word as Text) : []
    if (typeof first === 'string' && /^-[xrgp]+$/.test(first)) continue
    const [, name, value] = (typeof first === 'string' ? /^([A-Za-z_]\w*)(?:=(.*))?$/s.exec(first) : null) ?? []
    if (name === undefined) {
      if ('unknown' in word) return refused(`${word.unknown}.`)
      return refused('export has a value that is not known.')
    }
    exported.add(name)
    if (value !== undefined) variables.set(name, [value, ...more])
  }
  return done
}
