/** A piece of a word. `isQuoted`: it stands in quotation marks or behind a backslash. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string; readonly isQuoted: boolean }
  | { readonly kind: 'variable'; readonly name: string; readonly isQuoted: boolean; readonly otherwise?: Otherwise }
  | { readonly kind: 'command'; readonly script: Script; readonly source: string; readonly isQuoted: boolean }
  /** An expansion whose value is not computed, such as `$((a + 1))`. */
  | { readonly kind: 'unknown'; readonly source: string; readonly isQuoted: boolean }

/** What `${NAME:-word}` and its kin put in place of a variable. */
export interface Otherwise {
  readonly operator: '-' | ':-' | '=' | ':=' | '+' | ':+' | '?' | ':?'
  readonly word: Word
}

/** A word of a script, before it is expanded. */
export interface Word {
  readonly pieces: readonly Piece[]
  /** The characters as they stand in the script. */
  readonly source: string
}

/** A redirection: `2>&1` has the target `1`. A here-document and a here-string have their text as target. */
export interface Redirection {
  /** The file descriptor; missing if the operator decides. */
  readonly descriptor?: number
  readonly operator: string
  readonly target: Word
}

/** A command without operators: `A=b curl -d x >/dev/null`. */
export interface SimpleCommand {
  readonly kind: 'simple'
  readonly assignments: readonly { readonly name: string; readonly value: Word }[]
  readonly words: readonly Word[]
  readonly redirections: readonly Redirection[]
  readonly source: string
  readonly line: number
}

/** A command that contains others. */
export type CompoundCommand = { readonly redirections: readonly Redirection[]; readonly line: number } & (
  | { readonly kind: 'group'; readonly body: Script; readonly isSubshell: boolean }
  | {
      readonly kind: 'if'
      readonly branches: readonly { readonly condition: Script; readonly body: Script }[]
      readonly otherwise: Script
    }
  | { readonly kind: 'for'; readonly name: string; readonly words: readonly Word[]; readonly body: Script }
)

export type Command = SimpleCommand | CompoundCommand

/** Commands that are connected by pipes; one without pipes is a pipeline too. */
export interface Pipeline {
  readonly isNegated: boolean
  readonly commands: readonly Command[]
}

/** Pipelines that are connected by `&&` and `||`. */
export interface Statement {
  readonly first: Pipeline
  readonly rest: readonly { readonly operator: '&&' | '||'; readonly pipeline: Pipeline }[]
  /** Whether it runs in the background (`&`). */
  readonly isBackground: boolean
  /** The line on which it begins, from 0. */
  readonly line: number
}

/** The statements of a script, in order. */
export type Script = readonly Statement[]

/** A script contains something whose meaning is not known. */
export class NotUnderstood extends Error {
  /** The line, from 0. */
  readonly line: number
  constructor(message: string, line: number) {
    super(message)
    this.line = line
  }
}
