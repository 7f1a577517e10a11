import type { Sql } from '../database/sql.ts'
import type { ClaimOptions } from '../transitions/claim-options.ts'
import { type ClaimParts, claimBatches } from './claim/claim-batches.ts'
import { type DueServices, shortestMs } from './claim/due-services.ts'
import type { FlowSource } from './claim/flow-source.ts'
import { lateSource } from './claim/late-source.ts'
import { type QueuedSourceParts, queuedSource } from './claim/queued-source.ts'
import { type SlotSourceParts, slotSource } from './claim/slot-source.ts'
import { waitForRoom } from './claim/wait-for-seats.ts'
import type { Executor } from './executor.ts'
import type { LeaseKeeper } from './lease/lease-keeper.ts'

/** Longest pause after a pass that claimed nothing of what is due (rows are locked, a target hangs), in ms; room ends it. */
const blockedMs = 250
/**
 * Pause after a pass that found little while slots are late, in ms. A look sees only the late slots of such a service and not
 * when the next one comes due, so the pause is short; without it a limit would have a pass for every late slot.
 */
const catchingUpMs = 40
/** A pass that claimed fewer has found little. */
const few = 50

/** What a pass works with. */
export interface PassParts extends ClaimParts, SlotSourceParts, QueuedSourceParts {
  readonly executor: Executor
  readonly lease: LeaseKeeper
  readonly dueServices: DueServices
  readonly flows: FlowSource
  /** Connections whose statements may read ranges. */
  readonly maintenance: Sql
  /** See `SchedulerParts`. */
  readonly beforeClaims: () => Promise<void> | undefined
}

/** What changes from pass to pass. */
export interface PassOptions {
  /** A task with `phase: restart` that is later than this starts a new phase. */
  readonly toleranceSeconds: number
  /** A slot later than this was missed, for a task that does not make up for missed slots. */
  readonly missedAfterSeconds: number
  /** True in every other pass. Where seats are few, the source that goes first takes them all. */
  readonly slotsFirst: boolean
}

/** What a pass found. */
export interface PassResult {
  /** How long until there may be something to do, in ms: from 5 to 500. */
  readonly waitMs: number
  /** Whether something due may remain: then the next pass follows without the pass timer. */
  readonly more: boolean
}

/**
 * Adopts executions of in-doubt claims, looks at what is due, and claims it in batches: queued executions first, in every
 * other pass slots first. The calls are started and not waited for.
 */
export async function pass(parts: PassParts, { slotsFirst, ...limits }: PassOptions): Promise<PassResult> {
  const { sql, lease, dueServices, dueCrons, lateCrons, flows } = parts
  await adoptInDoubt(parts)
  const due = await dueServices.look(sql, limits.toleranceSeconds)
  // Not before the look: it may have waited for a database that was frozen, and that was the outage.
  await parts.beforeClaims()
  const { oldestOpenAt } = lease
  const options: ClaimOptions = { replicaId: lease.id, oldestOpenAt, until: due.claimUntil, ...limits }
  if (due.queued.length === 0 && due.slots.length === 0) {
    const { waitMs, isWaiting } = await flows.claim(parts, options, due.hasFlows)
    return { waitMs: Math.min(due.nextInMs, waitMs), more: isWaiting }
  }
  const sources = [queuedSource, slotSource]
  if (slotsFirst && due.queued.some((service) => due.slots.includes(service))) sources.reverse()
  // What is on time goes first.
  if (due.late.length > 0) sources.push(lateSource)
  const errors: unknown[] = []
  let claimed = 0
  for (const source of sources)
    try {
      claimed += await claimBatches(parts, await source(parts, due, options))
    } catch (error) {
      // What keeps one source from being claimed does not hold up the other.
      errors.push(error)
    }
  const ofFlows = await flows.claim(parts, options, due.hasFlows)
  if (errors.length > 0) throw errors[0]
  dueCrons.noteClaimed(claimed)
  lateCrons.noteClaimed(claimed)
  if (due.late.length > 0 && claimed < few) return { waitMs: Math.min(catchingUpMs, ofFlows.waitMs), more: true }
  if (claimed + ofFlows.claimed === 0)
    await waitForRoom(parts, [...new Set([...due.queued, ...due.slots])], Math.min(blockedMs, ofFlows.waitMs))
  return { waitMs: shortestMs, more: true }
}

/** Starts executions that a claim opened whose result never arrived. */
async function adoptInDoubt({ maintenance, seats, executor, lease, inDoubt }: PassParts): Promise<void> {
  for (const claimed of await inDoubt.find(maintenance, lease.id, executor.openIds(), seats.free))
    executor.execute(claimed)
}
