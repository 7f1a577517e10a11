import type { RepeatedErrors } from '../background/repeated-errors.ts'
import type { Sql } from '../database/sql.ts'
import type { Allotment, Cursor } from '../transitions/allotment.ts'
import { claimQueued } from '../transitions/claim-queued.ts'
import { type ClaimOptions, claimSlots, type RunningSlot } from '../transitions/claim-slots.ts'
import type { Claimed } from '../transitions/claimed.ts'
import type { CronTimes } from '../transitions/cron-times.ts'
import { postponeQueued, postponeSlot } from '../transitions/postpone.ts'
import { skipAllSlots } from '../transitions/skip.ts'
import { allot, fullTargets } from './claim/allotment.ts'
import type { Congestion } from './claim/congestion.ts'
import type { DueCrons } from './claim/due-crons.ts'
import type { InDoubtClaims } from './claim/in-doubt.ts'
import { claimIsolating } from './claim/isolate.ts'
import { type DueService, listDueServices } from './claim/look.ts'
import type { Seats } from './claim/seats.ts'
import { waitForRoom } from './claim/wait-for-room.ts'
import type { Executor } from './executor.ts'
import type { LeaseKeeper } from './lease/lease-keeper.ts'

/** A pass looks at all services again after this, in ms, so that a long drain of one delays no other by more. */
const lookEveryMs = 250
/** How long a pass waits for more seats to become free, in ms; less while a target with little room bounds each claim. */
const gatherMs = 25
const gatherCrampedMs = 5
/** Rest after a pass that found work and could take none of it, unless there is room again: others hold it, or its target hangs. */
const blockedMs = 250
/** How long nothing is looked for when nothing is due: half of the second in which everything must start. */
const idleMs = 500
const shortestMs = 5

export interface PassParts {
  readonly sql: Sql
  readonly seats: Seats
  readonly executor: Executor
  readonly lease: LeaseKeeper
  readonly inDoubt: InDoubtClaims
  /** Connections whose statements may read ranges. */
  readonly maintenance: Sql
  readonly repeatedErrors: RepeatedErrors
  readonly congestion: Congestion
  readonly dueCrons: DueCrons
  /** A task late by no more than this keeps its phase. */
  readonly toleranceSeconds: number
  /** True in every other pass. */
  readonly slotsFirst: boolean
  /** True once nothing more may be claimed. */
  readonly stopping: () => boolean
  /** Resolves when a seat becomes free, or after `ms`. */
  readonly seatFreed: (ms: number) => Promise<void>
}

export interface PassResult {
  /** How long until there may be something to do, in ms, half a second at most. */
  readonly waitMs: number
  /** Something due is left: its seats, its target or its rows are taken just now. */
  readonly more: boolean
}

/**
 * One look over what is due, and claims for as long as there are seats and a look is fresh. The calls are started and
 * not waited for. Due executions that wait go before slots, or the other way round in every other pass.
 */
export async function pass(parts: PassParts): Promise<PassResult> {
  await adopt(parts)
  const services = await listDueServices(parts.sql, idleMs / 1000)
  const waiting = services.filter((service) => (service.queued_in_ms ?? 1) <= 0).map((service) => service.service_id)
  const due = new Set(services.filter((service) => (service.slot_in_ms ?? 1) <= 0).map((service) => service.service_id))
  if (waiting.length === 0 && due.size === 0) return { waitMs: untilNext(services), more: false }
  const busy = [...new Set([...waiting, ...due])]
  const options: ClaimOptions = {
    replicaId: parts.lease.id,
    toleranceSeconds: parts.toleranceSeconds,
    oldestOpenAt: parts.lease.oldestOpenAt,
    until: services[0]?.claim_until,
  }
  const kinds = [
    () => takeWaiting(parts, waiting, options, new Set(due)),
    async () => takeSlots(parts, new Set(due), options, await listCrons(parts, services)),
  ]
  // Where seats are few, the first takes them all: so the slots of a service go first in every other pass.
  if (parts.slotsFirst && waiting.some((service) => due.has(service))) kinds.reverse()
  // What keeps one of the two from being taken does not hold up the other.
  const outcomes: (() => number)[] = []
  for (const take of kinds) outcomes.push(await attempt(take))
  const taken = outcomes.reduce((sum, outcome) => sum + outcome(), 0)
  parts.dueCrons.noteTaken(taken)
  if (taken === 0) await waitForRoom(parts.seats, busy, blockedMs, parts.seatFreed, parts.stopping)
  return { waitMs: shortestMs, more: true }
}

/** What follows the due slots of cron schedules, but for services and targets that may take no seat just now. */
async function listCrons(parts: PassParts, services: readonly DueService[]): Promise<CronTimes[]> {
  const { sql, seats, executor, congestion, dueCrons } = parts
  const some = services.filter((service) => service.has_due_cron && seats.roomFor(service.service_id) > 0)
  const list = (around: boolean) =>
    dueCrons.find(
      sql,
      some.map(({ service_id }) => ({
        service_id,
        fullTargets: fullTargets(seats, executor.payloadBudget, service_id, around),
      })),
      around,
    )
  if (some.length === 0) return []
  return congestion.excludesCongested() ? [...(await list(true)), ...(await list(false))] : list(false)
}

/** Does it now, and gives or throws what came of it when asked. */
async function attempt<T>(work: () => Promise<T>): Promise<() => T> {
  try {
    const result = await work()
    return () => result
  } catch (error) {
    return () => {
      throw error
    }
  }
}

/** Starts what a claim took whose answer was lost. */
async function adopt({ maintenance, seats, executor, lease, inDoubt }: PassParts): Promise<void> {
  for (const claimed of await inDoubt.find(maintenance, lease.id, executor.openIds(), seats.free))
    start(executor, lease, claimed)
}

function untilNext(services: readonly DueService[]): number {
  const next = services.flatMap((service) => [service.slot_in_ms ?? idleMs, service.queued_in_ms ?? idleMs])
  return Math.max(shortestMs, Math.min(idleMs, ...next))
}

async function takeWaiting(
  parts: PassParts,
  services: string[],
  options: ClaimOptions,
  sharing: ReadonlySet<string>,
): Promise<number> {
  const { sql, seats, executor, lease, inDoubt, repeatedErrors, congestion } = parts
  let count = 0
  if (services.length > 0) congestion.lasts(isCrowded(seats, services))
  for (const around of congestion.excludesCongested() ? [false, true] : [false]) {
    const allotments = allot(seats, executor.payloadBudget, services, { around, sharing })
    if (allotments.length === 0) return count
    const claim = async (some: readonly Allotment[]) => {
      const claimed = await executor.counts.timeClaim(() => inDoubt.claim(() => claimQueued(sql, some, options)))
      executor.payloadBudget.learn(claimed)
      for (const execution of claimed) start(executor, lease, execution)
      count += claimed.length
      if (around && claimed.length < seatsOf(some)) congestion.noteShortClaim()
    }
    await claimIsolating(allotments, claim, (part, error) => postponeQueued(sql, repeatedErrors, part, error))
  }
  return count
}

async function takeSlots(
  parts: PassParts,
  due: Set<string>,
  options: ClaimOptions,
  crons: readonly CronTimes[],
): Promise<number> {
  const { sql, seats, executor, lease, inDoubt, repeatedErrors, congestion } = parts
  const cursors = new Map<string, Cursor>()
  const until = performance.now() + lookEveryMs
  let count = 0
  let around = false
  while (due.size > 0 && performance.now() < until && !parts.stopping()) {
    congestion.lasts(isCrowded(seats, due))
    // A target with little room left bounds a claim to that: where this lasts, every other claim goes round it.
    around = !around && congestion.excludesCongested()
    const allotments = allot(seats, executor.payloadBudget, [...due], { around, cursors })
    if (allotments.length === 0) return count
    const claim = async (some: readonly Allotment[]) => {
      const { taken, running } = await executor.counts.timeClaim(() =>
        inDoubt.claim(() => claimSlots(sql, some, options, crons)),
      )
      executor.payloadBudget.learn(taken)
      for (const slot of taken) start(executor, lease, slot)
      count += taken.length
      // What it went round is not behind it: the next claim begins where this one did.
      if (!around) advance([...taken, ...running], some, due, cursors)
      else if (taken.length < seatsOf(some)) congestion.noteShortClaim()
      if (running.length > 0)
        executor.counts.executions.skipped += await skipAllSlots(
          sql,
          repeatedErrors,
          running,
          options.toleranceSeconds,
          crons,
        )
    }
    await claimIsolating(allotments, claim, async (part, error) => {
      const behind = await postponeSlot(sql, repeatedErrors, part, error)
      if (behind) cursors.set(part.service_id, behind)
    })
    if (due.size > 0) await gather(parts, due)
  }
  return count
}

const seatsOf = (allotments: readonly Allotment[]) => allotments.reduce((sum, { seats }) => sum + seats, 0)

/** Whether some target has no room, or too little for a claim to be worth a statement. */
const isCrowded = (seats: Seats, services: Iterable<string>) =>
  [...services].some((service) => seats.fullTargets(service, seats.worthwhile(service)).length > 0)

/** Whether some target has room, but so little. */
const isCramped = (seats: Seats, services: Iterable<string>) =>
  [...services].some(
    (service) => seats.fullTargets(service, seats.worthwhile(service)).length > seats.fullTargets(service).length,
  )

/** Waits until enough seats are free for another claim to be worth a statement, or for a moment. */
async function gather({ seats, seatFreed, stopping, congestion }: PassParts, due: ReadonlySet<string>): Promise<void> {
  const until = performance.now() + (isCramped(seats, due) ? gatherCrampedMs : gatherMs)
  const isWorthwhile = (service: string) => {
    const wanted = seats.worthwhile(service)
    return seats.targetRoom(service, congestion.excludesCongested() ? wanted : 1) >= wanted
  }
  for (;;) {
    const left = until - performance.now()
    if ([...due].some(isWorthwhile) || left <= 0 || stopping()) return
    await seatFreed(left)
  }
}

/** A service that gave less than it was asked for has nothing more; the cursor of the others moves on. */
function advance(
  slots: readonly RunningSlot[],
  allotments: readonly Allotment[],
  due: Set<string>,
  cursors: Map<string, Cursor>,
): void {
  const byService = Map.groupBy(slots, (slot) => slot.service_id)
  for (const { service_id, seats } of allotments) {
    const own = byService.get(service_id) ?? []
    const last = own.reduce<RunningSlot | undefined>(
      (latest, slot) => (latest && isBefore(slot, latest) ? latest : slot),
      undefined,
    )
    if (!last || own.length < seats) due.delete(service_id)
    else cursors.set(service_id, { scheduled_at: last.scheduled_for, id: last.task_id })
  }
}

/** Without their last letter, the times as text stand in the order of time; ids as text in that of ids. */
function isBefore(slot: RunningSlot, other: RunningSlot): boolean {
  const [time, otherTime] = [slot.scheduled_for.slice(0, -1), other.scheduled_for.slice(0, -1)]
  return time < otherTime || (time === otherTime && slot.task_id < other.task_id)
}

function start(executor: Executor, lease: LeaseKeeper, claimed: Claimed): void {
  executor.counts.claimed++
  if (lease.holds()) executor.begin(claimed)
  else executor.giveBack(claimed)
}
