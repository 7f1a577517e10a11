import { halves, isolate } from '../../background/isolate.ts'
import type { SchedulerCounts } from '../../metrics/scheduler-counts.ts'
import type { Allotment, Cursor } from '../../transitions/allotment.ts'
import type { FoundSlot, SlotClaim } from '../../transitions/claim-slots.ts'
import type { Claimed } from '../../transitions/claimed.ts'
import { allot } from './allotment.ts'
import { hasCongestedTarget } from './congestion.ts'
import type { InDoubtClaims } from './in-doubt.ts'
import type { PayloadBudget } from './payload-budget.ts'
import { type WaitParts, waitForWorthwhileClaim } from './wait-for-seats.ts'

/** How long a look is valid, in ms. After that, the next pass looks again: no service waits for the backlog of another. */
const lookValidMs = 250

/** What is claimed in batches: due slots, or queued executions that are due. */
export interface ClaimSource {
  /** Services that may have more to claim. The source removes those that have not. */
  readonly due: Set<string>
  /** Where the next claim of each service goes on. */
  readonly cursors: ReadonlyMap<string, Cursor>
  /** Services that are also due in the other source: a claim leaves half of their room. */
  readonly sharing: ReadonlySet<string>
  /** How many seats its claims leave free; none unless given. */
  readonly reserved?: number
  /** Claims as much as the allotments allow, in one statement. */
  readonly claim: (allotments: readonly Allotment[]) => Promise<SlotClaim>
  /** Called after a claim that excluded no target, with what it found: updates `due` and `cursors`. */
  readonly goOn: (allotments: readonly Allotment[], found: readonly FoundSlot[]) => void
  /** Skips slots that a claim found while their task still runs, and those that are too late. */
  readonly skip: (found: Pick<SlotClaim, 'running' | 'late'>) => Promise<void>
  /** Postpones the first row of a service, which the database refuses to have claimed. */
  readonly postpone: (allotment: Allotment, error: unknown) => Promise<void>
}

/** What claiming in batches works with. */
export interface ClaimParts extends WaitParts {
  readonly payloads: PayloadBudget
  readonly inDoubt: InDoubtClaims
  readonly counts: SchedulerCounts
  /** Starts the calls of executions that were claimed. */
  readonly executor: { readonly execute: (claimed: Claimed) => void }
}

/** Makes one claim, and starts the calls of what it took. */
export async function claimOnce(
  { payloads, counts, inDoubt, executor }: ClaimParts,
  claim: () => Promise<SlotClaim>,
): Promise<SlotClaim> {
  const found = await counts.timeClaim(() => inDoubt.claim(claim))
  payloads.learn(found.taken)
  for (const execution of found.taken) executor.execute(execution)
  return found
}

/**
 * Claims from a source in batches for as long as it has more, there are seats, and the look is valid. Calls are started and
 * not waited for.
 * @returns how many executions were claimed
 */
export async function claimBatches(parts: ClaimParts, source: ClaimSource): Promise<number> {
  const { seats, payloads, congestion, stopping } = parts
  const { due, cursors, sharing, reserved = 0 } = source
  const until = performance.now() + lookValidMs
  let claimed = 0
  let excludeCongested = false

  const claim = async (allotments: readonly Allotment[]) => {
    const { taken, running, late } = await claimOnce(parts, () => source.claim(allotments))
    claimed += taken.length
    // Excluded tasks are not behind such a claim: the next one begins where this one did.
    if (!excludeCongested) source.goOn(allotments, [...taken, ...running, ...late])
    else if (taken.length < seatsOf(allotments)) congestion.noteShortClaim()
    if (running.length > 0 || late.length > 0) await source.skip({ running, late })
  }

  while (due.size > 0 && performance.now() < until && !stopping()) {
    congestion.note(hasCongestedTarget(seats, due))
    excludeCongested = !excludeCongested && congestion.excludesCongested()
    const allotments = allot(seats, payloads, [...due], { excludeCongested, cursors, sharing, reserved })
    if (allotments.length === 0) break
    await isolate(allotments, { work: claim, onPoison: source.postpone, split: claimLess })
    if (due.size > 0) await waitForWorthwhileClaim(parts, due)
  }
  return claimed
}

const seatsOf = (allotments: readonly Allotment[]) => allotments.reduce((sum, { seats }) => sum + seats, 0)

/**
 * What to claim in place of a claim that was refused. Which rows it would have taken is not known, only that they are the
 * first of each service: so its services are halved, and for one of them the seats. The other half of the seats is not
 * tried: those rows are for the next claim.
 */
export function claimLess(refused: readonly Allotment[]): (readonly Allotment[])[] {
  const [first, ...others] = refused
  if (first === undefined) return []
  if (others.length > 0) return halves(refused)
  return first.seats > 1 ? [[{ ...first, seats: first.seats >> 1 }]] : []
}
