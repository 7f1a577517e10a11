import type { Redirection, Word } from '../shell/syntax.ts'
import type { Known } from './result.ts'

/** A command after expansion. */
export interface ExpandedCommand {
  readonly fields: readonly Known[]
  /** The words before they were expanded, one for each field. */
  readonly words: readonly Word[]
  readonly input: Known | undefined
  readonly assigned: readonly (readonly [string, Known])[]
  readonly source: string
  readonly line: number
  readonly redirections: readonly Redirection[]
}

/** A script within a command. */
export interface InnerScript {
  readonly script: string
  readonly parameters?: readonly Known[]
  readonly flags?: readonly string[]
}
