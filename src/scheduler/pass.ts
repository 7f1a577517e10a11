import type { Sql } from '../database/connect.ts'
import { allot, fullTargets } from './allot.ts'
import { type Allotment, type ClaimOptions, type Cursor, claimSlots, type RunningSlot } from './claim.ts'
import { claimAround } from './claim-around.ts'
import { claimWaiting } from './claim-waiting.ts'
import type { Claimed } from './claimed.ts'
import type { Cramp } from './cramp.ts'
import type { CronTimes, DueCrons } from './due-crons.ts'
import type { Flights } from './flights.ts'
import type { LeaseKeeper } from './lease-keeper.ts'
import { type DueService, listDueServices } from './look.ts'
import type { LostAnswers } from './lost-answers.ts'
import { passOverAll } from './pass-over.ts'
import { putOffSlot, putOffWaiting } from './put-off.ts'
import type { Refusals } from './refusals.ts'
import { roomAgain } from './room-again.ts'
import type { Seats } from './seats.ts'

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
  readonly flights: Flights
  readonly lease: LeaseKeeper
  readonly lostAnswers: LostAnswers
  /** Connections whose statements may read ranges. */
  readonly upkeep: Sql
  readonly refusals: Refusals
  readonly cramp: Cramp
  readonly dueCrons: DueCrons
  /** A task late by no more than this keeps its phase. */
  readonly toleranceSeconds: number
  /** True in every other pass. */
  readonly slotsFirst: boolean
  /** True once nothing more may be claimed. */
  readonly stopping: () => boolean
  /** Resolves when a seat becomes free, or after `ms`. */
  readonly seatLeft: (ms: number) => Promise<void>
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
  const waiting = services.filter((service) => (service.waiting_in_ms ?? 1) <= 0).map((service) => service.service_id)
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
  if (taken === 0) await roomAgain(parts.seats, busy, blockedMs, parts.seatLeft, parts.stopping)
  return { waitMs: shortestMs, more: true }
}

/** What follows the due slots of cron schedules, but for services and targets that may take no seat just now. */
async function listCrons(parts: PassParts, services: readonly DueService[]): Promise<CronTimes[]> {
  const { sql, seats, flights, cramp, dueCrons } = parts
  const some = services.filter((service) => service.has_due_cron && seats.roomFor(service.service_id) > 0)
  const list = (around: boolean) =>
    dueCrons.find(
      sql,
      some.map(({ service_id }) => ({
        service_id,
        fullTargets: fullTargets(seats, flights.payloadRoom, service_id, around),
      })),
      around,
    )
  if (some.length === 0) return []
  return cramp.mayGoRound() ? [...(await list(true)), ...(await list(false))] : list(false)
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
async function adopt({ upkeep, seats, flights, lease, lostAnswers }: PassParts): Promise<void> {
  for (const claimed of await lostAnswers.find(upkeep, lease.id, flights.openIds(), seats.free))
    start(flights, lease, claimed)
}

function untilNext(services: readonly DueService[]): number {
  const next = services.flatMap((service) => [service.slot_in_ms ?? idleMs, service.waiting_in_ms ?? idleMs])
  return Math.max(shortestMs, Math.min(idleMs, ...next))
}

async function takeWaiting(
  parts: PassParts,
  services: string[],
  options: ClaimOptions,
  sharing: ReadonlySet<string>,
): Promise<number> {
  const { sql, seats, flights, lease, lostAnswers, refusals, cramp } = parts
  let count = 0
  if (services.length > 0) cramp.lasts(isCrowded(seats, services))
  for (const around of cramp.mayGoRound() ? [false, true] : [false]) {
    const allotments = allot(seats, flights.payloadRoom, services, { around, sharing })
    if (allotments.length === 0) return count
    const claim = async (some: readonly Allotment[]) => {
      const claimed = await flights.counts.timeClaim(() => lostAnswers.claim(() => claimWaiting(sql, some, options)))
      flights.payloadRoom.learn(claimed)
      for (const execution of claimed) start(flights, lease, execution)
      count += claimed.length
      if (around && claimed.length < seatsOf(some)) cramp.foundLittle()
    }
    await claimAround(allotments, claim, (part, error) => putOffWaiting(sql, refusals, part, error))
  }
  return count
}

async function takeSlots(
  parts: PassParts,
  due: Set<string>,
  options: ClaimOptions,
  crons: readonly CronTimes[],
): Promise<number> {
  const { sql, seats, flights, lease, lostAnswers, refusals, cramp } = parts
  const cursors = new Map<string, Cursor>()
  const until = performance.now() + lookEveryMs
  let count = 0
  let around = false
  while (due.size > 0 && performance.now() < until && !parts.stopping()) {
    cramp.lasts(isCrowded(seats, due))
    // A target with little room left bounds a claim to that: where this lasts, every other claim goes round it.
    around = !around && cramp.mayGoRound()
    const allotments = allot(seats, flights.payloadRoom, [...due], { around, cursors })
    if (allotments.length === 0) return count
    const claim = async (some: readonly Allotment[]) => {
      const { taken, running } = await flights.counts.timeClaim(() =>
        lostAnswers.claim(() => claimSlots(sql, some, options, crons)),
      )
      flights.payloadRoom.learn(taken)
      for (const slot of taken) start(flights, lease, slot)
      count += taken.length
      // What it went round is not behind it: the next claim begins where this one did.
      if (!around) advance([...taken, ...running], some, due, cursors)
      else if (taken.length < seatsOf(some)) cramp.foundLittle()
      if (running.length > 0)
        flights.counts.executions.skipped += await passOverAll(sql, refusals, running, options.toleranceSeconds, crons)
    }
    await claimAround(allotments, claim, async (part, error) => {
      const behind = await putOffSlot(sql, refusals, part, error)
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
async function gather({ seats, seatLeft, stopping, cramp }: PassParts, due: ReadonlySet<string>): Promise<void> {
  const until = performance.now() + (isCramped(seats, due) ? gatherCrampedMs : gatherMs)
  const isWorthwhile = (service: string) => {
    const wanted = seats.worthwhile(service)
    return seats.targetRoom(service, cramp.mayGoRound() ? wanted : 1) >= wanted
  }
  for (;;) {
    const left = until - performance.now()
    if ([...due].some(isWorthwhile) || left <= 0 || stopping()) return
    await seatLeft(left)
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

function start(flights: Flights, lease: LeaseKeeper, claimed: Claimed): void {
  flights.counts.claimed++
  if (lease.holds()) flights.begin(claimed)
  else flights.giveBack(claimed)
}
