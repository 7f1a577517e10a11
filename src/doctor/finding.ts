/** `problem`: Duly does not work, or loses something. `warning`: it works, and something will be slow, late or missed. */
export type Level = 'ok' | 'warning' | 'problem'

/** What one check has found. */
export interface Finding {
  /** The name of the check, such as `clock`. */
  readonly check: string
  readonly level: Level
  /** What was found, as one sentence. */
  readonly found: string
  /** What to do about it; undefined for `ok`. */
  readonly advice?: string
}

/** A finding of a check that is well. */
export const ok = (check: string, found: string): Finding => ({ check, level: 'ok', found })

/** A finding that somebody should look at. */
export const warning = (check: string, found: string, advice: string): Finding => ({
  check,
  level: 'warning',
  found,
  advice,
})

/** A finding that keeps Duly from working. */
export const problem = (check: string, found: string, advice: string): Finding => ({
  check,
  level: 'problem',
  found,
  advice,
})

/** `found`, or one finding that says that the check is well. */
export const orOk = (found: readonly Finding[], check: string, text: string): readonly Finding[] =>
  found.length > 0 ? found : [ok(check, text)]
