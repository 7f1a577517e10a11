import { ConfigError } from '../config-error.ts'
import { parseWholeNumber } from '../formats/whole-number.ts'

/** Environment variables by name. */
export type Variables = Readonly<Record<string, string | undefined>>

/** Parses environment variables. A variable that is empty or blank counts as unset. */
export class Environment {
  constructor(readonly variables: Variables) {}

  /** Returns the trimmed value of a variable; undefined when it is unset. */
  text(name: string): string | undefined {
    return this.variables[name]?.trim() || undefined
  }

  /** Parses a whole number from `min` to `max`. @throws ConfigError */
  whole(name: string, fallback: number, min: number, max: number): number {
    const text = this.text(name)
    if (text === undefined) return fallback
    return parseWholeNumber(text, min, max) ?? this.refuse(name, `a whole number from ${min} to ${max}`)
  }

  /** Parses true, false, 1 or 0. @throws ConfigError */
  flag(name: string, fallback: boolean): boolean {
    const text = this.text(name)?.toLowerCase()
    if (text === undefined) return fallback
    if (text === 'true' || text === '1') return true
    return text === 'false' || text === '0' ? false : this.refuse(name, 'true or false')
  }

  /** Parses one of a list of words, in upper or lower case. @throws ConfigError */
  oneOf<T extends string>(name: string, fallback: T, allowed: readonly T[]): T {
    const text = (this.text(name)?.toLowerCase() ?? fallback) as T
    return allowed.includes(text) ? text : this.refuse(name, `one of ${allowed.join(', ')}`)
  }

  /** Splits a value at commas. Empty parts are dropped; an unset variable is an empty list. */
  list(name: string): readonly string[] {
    const parts = (this.text(name) ?? '').split(',').map((part) => part.trim())
    return parts.filter((part) => part !== '')
  }

  /** Throws the error of an invalid value, which it quotes. @param expected completes "it must be …" */
  refuse(name: string, expected: string): never {
    throw new ConfigError(`${name} is ${JSON.stringify(this.variables[name])}, but it must be ${expected}.`)
  }
}
