const ends: (() => Promise<unknown>)[] = []

/** Calls `end` when all files of this process of `bun test` have run. */
export const atEnd = (end: () => Promise<unknown>): void => void ends.push(end)

/** Calls what `atEnd` was given. */
export async function callEnds(): Promise<void> {
  for (const end of ends.splice(0)) await end()
}
