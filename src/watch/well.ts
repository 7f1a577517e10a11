/** The passes of a scheduler, as far as this is about whether they go well. */
export interface Passes {
  /** Resolves when the first pass has ended well. */
  readonly firstPass: Promise<void>
  /** The age of the last pass that went well, and from which age on the replica is not ready, in seconds. */
  lastPass(): { readonly ageSeconds: number; readonly limitSeconds: number }
}

/** By how much less than the age from which on a replica is not ready a pass may be old, in seconds: that is a minute too lax. */
const strictBySeconds = 50

/**
 * Returns a function that says whether passes go well now: one has, the last is no older than 10 s, or that and twice the
 * interval of the pass pattern where passes run on it only, and the database has taken the last beat.
 */
export function judgePasses(passes: Passes, beat?: { isConfirmed(): boolean }): () => boolean {
  let isFirstOver = false
  void passes.firstPass.then(() => {
    isFirstOver = true
  })
  return () => {
    const { ageSeconds, limitSeconds } = passes.lastPass()
    return isFirstOver && beat?.isConfirmed() !== false && ageSeconds <= limitSeconds - strictBySeconds
  }
}
