import type { Allotment, Cursor } from '../../transitions/allotment.ts'
import type { PayloadBudget } from './payload-budget.ts'
import type { Seats } from './seats.ts'

/** Tasks that a claim takes at most. */
export const claimAtMost = 500

/** How seats are shared out. */
export interface AllotOptions {
  /** Leaves out the tasks of targets with too little room for a claim to be worth a statement: they would cap it. */
  readonly excludeCongested: boolean
  /** Where the last claim of a service ended. */
  readonly cursors: ReadonlyMap<string, Cursor>
  /** Services that also have work of the other kind, for which this claim leaves half of their room. */
  readonly sharing: ReadonlySet<string>
  /** How many seats the claim leaves free, of all, of those of each service, and of those of each target. */
  readonly reserved: number
}

/** Shares the free seats out evenly among services with work, within what each of them and their targets may hold. */
export function allot(
  seats: Seats,
  payloads: PayloadBudget,
  services: readonly string[],
  { excludeCongested, cursors, sharing, reserved }: AllotOptions,
): Allotment[] {
  const free = Math.min(seats.free - reserved, claimAtMost)
  const open = seats.inTurn(services.filter((service) => seats.roomFor(service) > reserved))
  const allotments: Allotment[] = []
  let [promised, characters] = [0, 0]
  for (const [index, service_id] of open.entries()) {
    const least = Math.max(reserved + 1, excludeCongested ? seats.worthwhile(service_id) : 1)
    const room = Math.min(
      seats.roomFor(service_id, promised) - reserved,
      seats.targetRoom(service_id, least, promised) - reserved,
      payloads.tasks(service_id, characters),
    )
    const granted = Math.min(
      Math.ceil((free - promised) / (open.length - index)),
      sharing.has(service_id) ? Math.ceil(room / 2) : room,
    )
    if (granted <= 0) continue
    allotments.push({
      service_id,
      seats: granted,
      after: cursors.get(service_id),
      fullTargets: fullTargets(seats, payloads, service_id, excludeCongested, reserved),
    })
    seats.noteTurn(service_id)
    promised += granted
    characters += granted * payloads.average(service_id)
  }
  return allotments
}

/** Targets of a service whose tasks a claim leaves out. */
export function fullTargets(
  seats: Seats,
  payloads: PayloadBudget,
  service: string,
  excludeCongested: boolean,
  reserved = 0,
): string[] {
  const full = seats.fullTargets(service, Math.max(reserved + 1, excludeCongested ? seats.worthwhile(service) : 1))
  const large = payloads.fullTargets(service)
  return large.length === 0 ? full : [...new Set([...full, ...large])]
}
