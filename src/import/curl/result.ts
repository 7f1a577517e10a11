import type { Field } from '../shell/expand-word.ts'
import type { Writes } from './call.ts'
import type { Exit } from './exit.ts'

/** What a script knows beyond texts: the answer of a call, or a part of it, or an exit status. */
export type Special =
  | { readonly kind: 'answer'; readonly call: number; readonly writes: Writes }
  /** A value of a JSON answer as `jq -r` writes it. */
  | { readonly kind: 'value'; readonly call: number; readonly pointer: string }
  | { readonly kind: 'exit'; readonly exit: Exit }

/** A value in a script. */
export type Known = Field<Special>

/** What a command comes to. */
export interface Result {
  readonly exit: Exit
  /** What it writes on its output. */
  readonly output: Known
  /** Whether the script ends with it. */
  readonly leaves?: boolean
  /** Why it cannot be said, if it cannot. */
  readonly reason?: string
  readonly note?: string
}

export const nothing: Known = ['']
export const done: Result = { exit: true, output: nothing }
export const refused = (reason: string): Result => ({ exit: true, output: { unknown: reason }, reason })

/** Returns the characters of a value; undefined if it is something else. */
export function plainOf(value: Known | undefined): string | undefined {
  if (!Array.isArray(value)) return undefined
  return value.every((part) => typeof part === 'string') ? value.join('') : undefined
}
