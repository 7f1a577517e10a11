import { lateLine } from '../../transitions/catch-up.ts'
import type { ClaimOptions } from '../../transitions/claim-options.ts'
import { claimSlots } from '../../transitions/claim-slots.ts'
import type { ClaimSource } from './claim-batches.ts'
import type { Due } from './due-services.ts'
import { listCrons, type SlotSourceParts, slotsOf } from './slot-source.ts'

/** For how long one pass claims late slots, in ms: after that it looks for slots that have come due meanwhile. */
const claimMs = 50

/**
 * Slots that are later than the tolerance, as after an outage: the oldest first, as many as the limit of their service allows,
 * and never the last tenth of the seats, which stays for slots that are on time.
 */
export async function lateSource(parts: SlotSourceParts, look: Due, options: ClaimOptions): Promise<ClaimSource> {
  const { sql, seats, lateCrons } = parts
  const late = new Set(look.late)
  const crons = await listCrons(
    parts,
    lateCrons,
    look.cronServices.filter((service) => late.has(service)).map((service_id) => ({ service_id })),
  )
  const until = performance.now() + claimMs
  const line = lateLine(look.lateBefore)
  const source = slotsOf(parts, options, {
    due: late,
    crons,
    claim: (allotments) => claimSlots(sql, allotments, options, crons, line),
  })
  return {
    ...source,
    reserved: Math.floor(seats.total / 10),
    goOn: (allotments, found) => {
      source.goOn(allotments, found)
      if (performance.now() > until) late.clear()
    },
  }
}
