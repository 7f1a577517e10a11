import type { FoundRequest } from '../model.ts'

/** A call that a command sends, and what the command makes of its answer. */
export interface Call {
  readonly program: 'curl' | 'wget'
  readonly request: FoundRequest
  /**
   * What the command writes: the body, the status alone, the body with the status on a line of its own at the end, the headers, nothing, or a mixture that
   * is not judged.
   */
  readonly writes: Writes
  /** The file into which it writes the body alone. */
  readonly bodyFile?: string
  /** What it writes on stderr, where that can be judged. */
  readonly writesError: Writes
  /** Whether an answer of 400 and above makes the command fail. */
  readonly failsByStatus: boolean
  /** Whether it follows redirects. */
  readonly follows: boolean
}

export type Writes = 'body' | 'status' | 'body-status' | 'head' | 'nothing' | 'mixture'

/** The calls of one command, in order. */
export interface ReadCalls {
  readonly calls: readonly Call[]
  readonly notes: readonly string[]
  readonly reasons: readonly string[]
}
