import { databaseIsAway } from '../database/connect.ts'
import type { Allotment } from './claim.ts'

/** A claim of less than it could be. */
type Claim = (allotments: readonly Allotment[]) => Promise<void>

/**
 * Runs a claim. When the database refuses it, which one row is enough for, each service's part is claimed by itself, and
 * less and less of one that is refused, until its first row stands alone: that one is put off.
 * @param putOff called with the part whose first row cannot be taken, and why
 * @throws what says that the database is away
 */
export async function claimAround(
  allotments: readonly Allotment[],
  claim: Claim,
  putOff: (allotment: Allotment, error: unknown) => Promise<void>,
): Promise<void> {
  if ((await refusal(claim, allotments)) === undefined) return
  for (const allotment of allotments)
    for (let { seats } = allotment; ; seats >>= 1) {
      const error = await refusal(claim, [{ ...allotment, seats }])
      if (error !== undefined && seats > 1) continue
      if (error !== undefined) await putOff(allotment, error)
      break
    }
}

/** Why the database refuses a claim, or undefined when it does not. */
async function refusal(claim: Claim, allotments: readonly Allotment[]): Promise<unknown> {
  try {
    await claim(allotments)
    return undefined
  } catch (error) {
    if (databaseIsAway(error)) throw error
    return error
  }
}
