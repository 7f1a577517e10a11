import { faultOf } from '../../database/fault.ts'
import type { Allotment } from '../../transitions/allotment.ts'

/** A claim of less than it could be. */
type Claim = (allotments: readonly Allotment[]) => Promise<void>

/**
 * Runs a claim. When the database refuses it for a row, each service's part is claimed by itself, and less and less of one
 * that is refused, until its first row stands alone: that one is put off. Where it cannot be told whether it is a row's
 * fault the other services are claimed for, and nothing is put off.
 * @param putOff called with the part whose first row cannot be taken, and why
 * @throws what is wrong with the whole database, at once; what is unclear, at the end
 */
export async function claimIsolating(
  allotments: readonly Allotment[],
  claim: Claim,
  putOff: (allotment: Allotment, error: unknown) => Promise<void>,
): Promise<void> {
  if ((await refusal(claim, allotments)) === undefined) return
  const unclear: Refusal[] = []
  for (const allotment of allotments)
    for (let { seats } = allotment; ; seats >>= 1) {
      const refused = await refusal(claim, [{ ...allotment, seats }])
      if (refused !== undefined && seats > 1) continue
      if (refused && faultOf(refused.error) === 'row') await putOff(allotment, refused.error)
      else if (refused) unclear.push(refused)
      break
    }
  if (unclear[0]) throw unclear[0].error
}

interface Refusal {
  readonly error: unknown
}

/** Why the database refuses a claim, or undefined when it does not. @throws what is wrong with the whole database */
async function refusal(claim: Claim, allotments: readonly Allotment[]): Promise<Refusal | undefined> {
  try {
    await claim(allotments)
    return undefined
  } catch (error) {
    if (faultOf(error) === 'database') throw error
    return { error }
  }
}
