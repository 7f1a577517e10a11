import { isolate } from '../../background/isolate.ts'
import type { Allotment } from '../../transitions/allotment.ts'
import type { ClaimOptions } from '../../transitions/claim-options.ts'
import { claimQueued } from '../../transitions/claim-queued.ts'
import { claimSlots, type SlotClaim } from '../../transitions/claim-slots.ts'
import { withFirstAttempts } from '../../transitions/first-attempts.ts'
import { flowLine } from '../../transitions/line.ts'
import { postponeQueued, postponeSlot } from '../../transitions/postpone.ts'
import { allotFlows, roomOf } from './allot-flows.ts'
import { fullTargets } from './allotment.ts'
import { type ClaimParts, claimLess, claimOnce } from './claim-batches.ts'
import { DueCrons } from './due-crons.ts'
import { FlowCalls } from './flow-calls.ts'
import { type FlowWork, lookAtFlows } from './look-at-flows.ts'
import { type SlotSourceParts, skipFound } from './slot-source.ts'

/** How far a look looks ahead, and how long until the next one while no flow has anything due, in ms. */
const horizonMs = 500
/**
 * While flows have work, a look goes over all flows this often, in ms. In between it goes over those that had work at the last one:
 * a look at 1,000 flows takes some milliseconds, and a call of one of them may end every few.
 */
const allMs = 250
/** Pause while all flows with work are full or locked by another claim, in ms. The end of a call ends the first. */
const [fullMs, lockedMs] = [250, 25]
/** The shortest time between two looks, in ms. */
const shortestMs = 5

/** What claiming from flows works with. */
export type FlowSourceParts = ClaimParts & SlotSourceParts

/** What a pass of the flows came to. */
export interface FlowPass {
  readonly claimed: number
  /** How long until there may be more to claim, in ms. */
  readonly waitMs: number
  /** Whether something due was left. */
  readonly isWaiting: boolean
}

/**
 * Claims the tasks of flows. They wait in lines of their own, so a full flow holds up nobody else, and where no service has a
 * flow, this costs nothing.
 */
export class FlowSource {
  readonly calls: FlowCalls
  readonly #dueCrons: DueCrons
  #nextLook = 0
  /** When the last look at all flows began, and which had work within the horizon. */
  #lookedAtAll = Number.NEGATIVE_INFINITY
  #withWork: readonly FlowWork[] = []
  #isWaiting = false

  /** @param wake called when a call of a flow has ended while others wait: then the next pass is to begin within that many ms */
  constructor(
    readonly repeatedErrors: SlotSourceParts['repeatedErrors'],
    wake: (withinMs: number) => void,
  ) {
    this.#dueCrons = new DueCrons(repeatedErrors)
    this.calls = new FlowCalls(() => {
      if (!this.#isWaiting) return
      this.#nextLook = 0
      wake(shortestMs)
    })
  }

  /**
   * Claims what the limits allow now: queued executions first, then slots. The calls are started and not waited for.
   * @param hasFlows whether the look of this pass has seen a flow of any service
   */
  async claim(parts: FlowSourceParts, options: ClaimOptions, hasFlows: boolean): Promise<FlowPass> {
    if (!hasFlows) return this.#rest()
    const now = performance.now()
    if (now < this.#nextLook) return { claimed: 0, waitMs: this.#nextLook - now, isWaiting: this.#isWaiting }
    const work = await this.#look(parts, options, now)
    const due = work.filter((one) => isDue(one.slot_in_ms) || isDue(one.queued_in_ms))
    const open = due.filter((one) => one.rate_in_ms <= 0 && roomOf(this.calls, one) > 0)
    const until = work[0]?.claim_until
    const limits = { ...options, hasDoubtfulClaims: parts.inDoubt.doubtful, ...(until !== undefined && { until }) }
    let claimed = 0
    if (open.length > 0) {
      claimed += await this.#claimQueued(parts, open, limits)
      claimed += await this.#claimSlots(parts, open, limits)
      this.#dueCrons.noteClaimed(claimed)
    }
    this.#isWaiting = due.length > 0
    const ahead = work.flatMap(({ slot_in_ms, queued_in_ms }) => [slot_in_ms, queued_in_ms].filter(isAhead))
    const rates = due.map(({ rate_in_ms }) => rate_in_ms).filter((ms) => ms > 0)
    const waits = [this.#lookedAtAll + horizonMs - performance.now(), ...ahead, ...rates]
    if (due.length > 0) waits.push(claimed > 0 ? shortestMs : open.length > 0 ? lockedMs : fullMs)
    const waitMs = Math.max(shortestMs, Math.min(...waits))
    this.#nextLook = performance.now() + waitMs
    return { claimed, waitMs, isWaiting: this.#isWaiting }
  }

  /** There are no flows: the next pass claims from one that is made meanwhile. */
  #rest(): FlowPass {
    this.#nextLook = 0
    this.#withWork = []
    this.#isWaiting = false
    return { claimed: 0, waitMs: horizonMs, isWaiting: false }
  }

  /** The flows with something due within the horizon. @param now performance.now() */
  async #look({ sql }: FlowSourceParts, { replicaId }: ClaimOptions, now: number): Promise<readonly FlowWork[]> {
    if (this.#withWork.length > 0 && now < this.#lookedAtAll + allMs)
      return lookAtFlows(sql, replicaId, horizonMs / 1000, this.#withWork)
    this.#withWork = await lookAtFlows(sql, replicaId, horizonMs / 1000)
    this.#lookedAtAll = now
    return this.#withWork
  }

  async #claimQueued(parts: FlowSourceParts, open: readonly FlowWork[], options: ClaimOptions): Promise<number> {
    const work = open.filter((one) => isDue(one.queued_in_ms)).sort(by(({ queued_in_ms }) => queued_in_ms))
    return this.#claimFrom(parts, work, {
      claim: async (allotments) => ({
        taken: await withFirstAttempts(parts.sql, await claimQueued(parts.sql, allotments, options, flowLine)),
        running: [],
        late: [],
      }),
      postpone: async (allotment) => (await postponeQueued(parts.sql, allotment))?.task_id,
      skip: async () => {},
    })
  }

  async #claimSlots(parts: FlowSourceParts, open: readonly FlowWork[], options: ClaimOptions): Promise<number> {
    const { sql, seats, payloads, settledSlots } = parts
    const work = open.filter((one) => isDue(one.slot_in_ms)).sort(by(({ slot_in_ms }) => slot_in_ms))
    const flows = work
      .filter((one) => one.has_due_cron && seats.roomFor(one.service_id) > 0)
      .map(({ service_id, flow }) => ({
        service_id,
        flow,
        fullTargets: fullTargets(seats, payloads, service_id, false),
      }))
    const crons = flows.length === 0 ? [] : await this.#dueCrons.find(sql, flows)
    return this.#claimFrom(parts, work, {
      claim: (allotments) => claimSlots(sql, allotments, options, crons, flowLine),
      postpone: async (allotment, error) => {
        const postponed = await postponeSlot(sql, allotment, error)
        if (postponed) settledSlots.report(postponed.settled)
        return postponed?.task_id
      },
      skip: (found) => skipFound(parts, found, options.toleranceSeconds, crons),
    })
  }

  /** Makes one claim. What the database refuses is postponed. */
  async #claimFrom(parts: FlowSourceParts, work: readonly FlowWork[], line: ClaimLine): Promise<number> {
    const allotments = allotFlows(parts.seats, parts.payloads, this.calls, work)
    if (allotments.length === 0) return 0
    let claimed = 0
    await isolate<Allotment>(allotments, {
      work: async (some) => {
        const found = await claimOnce(parts, () => line.claim(some))
        claimed += found.taken.length
        if (found.running.length > 0 || found.late.length > 0) await line.skip(found)
      },
      onPoison: async (allotment, error) => {
        const task = await line.postpone(allotment, error)
        if (task !== undefined)
          this.repeatedErrors.report(task, error, 'a task of a flow cannot be claimed; it is postponed')
      },
      split: claimLess,
    })
    return claimed
  }
}

/** What slots and queued executions of flows differ in. */
interface ClaimLine {
  readonly claim: (allotments: readonly Allotment[]) => Promise<SlotClaim>
  /** Returns the id of the task that was postponed. */
  readonly postpone: (allotment: Allotment, error: unknown) => Promise<string | undefined>
  readonly skip: (found: SlotClaim) => Promise<void>
}

const isDue = (inMs: number | null): boolean => inMs !== null && inMs <= 0
const isAhead = (inMs: number | null): inMs is number => inMs !== null && inMs > 0
const by = (value: (one: FlowWork) => number | null) => (a: FlowWork, b: FlowWork) => (value(a) ?? 0) - (value(b) ?? 0)
