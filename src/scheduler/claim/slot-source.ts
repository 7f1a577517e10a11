import { isolate } from '../../background/isolate.ts'
import type { RepeatedErrors } from '../../background/repeated-errors.ts'
import type { Sql } from '../../database/sql.ts'
import type { SchedulerCounts } from '../../metrics/scheduler-counts.ts'
import { type Allotment, type Cursor, firstCursor } from '../../transitions/allotment.ts'
import type { ClaimOptions } from '../../transitions/claim-options.ts'
import { claimSlots, type FoundSlot, type SlotClaim } from '../../transitions/claim-slots.ts'
import type { CronTimes } from '../../transitions/cron-times.ts'
import { postponeSlot } from '../../transitions/postpone.ts'
import type { SettledSlots } from '../../transitions/settled.ts'
import { skipSlots } from '../../transitions/skip.ts'
import { skipLateSlots } from '../../transitions/skip-late.ts'
import { fullTargets } from './allotment.ts'
import type { ClaimSource } from './claim-batches.ts'
import type { Congestion } from './congestion.ts'
import type { CronService, DueCrons } from './due-crons.ts'
import type { Due } from './due-services.ts'
import type { PayloadBudget } from './payload-budget.ts'
import type { Seats } from './seats.ts'

/** What a source of slots works with. */
export interface SlotSourceParts {
  readonly sql: Sql
  readonly seats: Seats
  readonly payloads: PayloadBudget
  readonly congestion: Congestion
  readonly dueCrons: DueCrons
  /** The same for late slots, which have cursors of their own: many late patterns do not hide those that are on time. */
  readonly lateCrons: DueCrons
  readonly counts: SchedulerCounts
  readonly repeatedErrors: RepeatedErrors
  readonly settledSlots: SettledSlots
}

/**
 * Due slots, oldest first: each claim of a service continues behind the last slot of the previous claim. Of a service with late
 * slots only those that are on time: see late-source.ts.
 */
export async function slotSource(parts: SlotSourceParts, look: Due, options: ClaimOptions): Promise<ClaimSource> {
  const late = new Set(look.late)
  const onTime: Cursor = { ...firstCursor, scheduled_at: look.lateBefore }
  const crons = await listCrons(
    parts,
    parts.dueCrons,
    look.cronServices.map((service_id) => ({ service_id, ...(late.has(service_id) && { from: onTime.scheduled_at }) })),
  )
  return slotsOf(parts, options, {
    due: new Set(look.slots),
    cursors: new Map(look.late.map((service) => [service, onTime])),
    crons,
    claim: (allotments) => claimSlots(parts.sql, allotments, options, crons),
  })
}

/** What differs between slots that are on time and late ones. */
interface Slots {
  readonly due: Set<string>
  /** Where the first claim of a service begins, if not at its first slot. */
  readonly cursors?: Map<string, Cursor>
  readonly crons: readonly CronTimes[]
  readonly claim: ClaimSource['claim']
}

/** What slots that are on time and late ones have in common. */
export function slotsOf(
  parts: SlotSourceParts,
  options: ClaimOptions,
  { due, cursors = new Map(), crons, claim }: Slots,
): ClaimSource {
  const { sql, repeatedErrors } = parts
  return {
    due,
    cursors,
    sharing: new Set(),
    claim,
    goOn: (allotments, found) => advance(found, allotments, due, cursors),
    skip: (found) => skipFound(parts, found, options.toleranceSeconds, crons),
    postpone: async (allotment, error) => {
      const postponed = await postponeSlot(sql, allotment, error)
      if (!postponed) return
      const { task_id, done, cursor, settled } = postponed
      cursors.set(allotment.service_id, cursor)
      parts.settledSlots.report(settled)
      repeatedErrors.report(
        task_id,
        error,
        `a slot cannot be claimed${done ? '; it is postponed by an hour' : ' and cannot be postponed'}`,
      )
    },
  }
}

/** What follows the due slots of cron schedules, but for services and targets that may take no seat now. */
export async function listCrons(
  { sql, seats, payloads, congestion }: SlotSourceParts,
  dueCrons: DueCrons,
  services: readonly CronService[],
): Promise<CronTimes[]> {
  const open = services.filter(({ service_id }) => seats.roomFor(service_id) > 0)
  if (open.length === 0) return []
  const list = (excludeCongested: boolean) =>
    dueCrons.find(
      sql,
      open.map((service) => ({
        ...service,
        fullTargets: fullTargets(seats, payloads, service.service_id, excludeCongested),
      })),
      excludeCongested,
    )
  return congestion.excludesCongested() ? [...(await list(true)), ...(await list(false))] : list(false)
}

/** Skips slots that a claim found while their task still runs, and those that are too late. */
export async function skipFound(
  parts: SlotSourceParts,
  { running, late }: Pick<SlotClaim, 'running' | 'late'>,
  toleranceSeconds: number,
  crons: readonly CronTimes[],
): Promise<void> {
  await skip(parts, running, (some) => skipSlots(parts.sql, some, toleranceSeconds, crons))
  await skip(parts, late, (some) => skipLateSlots(parts.sql, some))
}

/** Skips slots; one that cannot be skipped is logged, and comes with the next pass again. */
async function skip<Slot extends FoundSlot>(
  { repeatedErrors, counts }: SlotSourceParts,
  slots: readonly Slot[],
  statement: (some: readonly Slot[]) => Promise<number>,
): Promise<void> {
  if (slots.length === 0) return
  const report = (slot: Slot, error: unknown) =>
    repeatedErrors.report(slot.task_id, error, 'a slot cannot be skipped; tried again')
  await isolate(slots, {
    work: async (some) => {
      counts.executions.skipped += await statement(some)
    },
    onPoison: report,
    onUnclear: report,
  })
}

/** A service that gave less than it was asked for has nothing more due; the cursors of the others move on. */
function advance(
  found: readonly FoundSlot[],
  allotments: readonly Allotment[],
  due: Set<string>,
  cursors: Map<string, Cursor>,
): void {
  const byService = Map.groupBy(found, (slot) => slot.service_id)
  for (const { service_id, seats } of allotments) {
    const slots = byService.get(service_id) ?? []
    const last = slots.reduce<FoundSlot | undefined>(
      (latest, slot) => (latest && isBefore(slot, latest) ? latest : slot),
      undefined,
    )
    if (last?.scheduled_at === undefined || slots.length < seats) due.delete(service_id)
    else cursors.set(service_id, { scheduled_at: last.scheduled_at, id: last.task_id })
  }
}

/** Without their last letter, times as text sort by time; ids as text sort as PostgreSQL sorts them. */
function isBefore(slot: FoundSlot, other: FoundSlot): boolean {
  const [time = '', otherTime = ''] = [slot.scheduled_at?.slice(0, -1), other.scheduled_at?.slice(0, -1)]
  return time < otherTime || (time === otherTime && slot.task_id < other.task_id)
}
