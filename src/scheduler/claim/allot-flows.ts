import type { Allotment } from '../../transitions/allotment.ts'
import { claimAtMost, fullTargets } from './allotment.ts'
import type { FlowCalls } from './flow-calls.ts'
import type { FlowWork } from './look-at-flows.ts'
import type { PayloadBudget } from './payload-budget.ts'
import type { Seats } from './seats.ts'

/** How many more calls of a flow may start as far as this replica knows. The claim counts again, with the row locked. */
export const roomOf = (calls: FlowCalls, { service_id, flow, concurrency, other_calls }: FlowWork): number =>
  concurrency === null ? Number.POSITIVE_INFINITY : concurrency - other_calls - calls.of(service_id, flow)

/** Shares the free seats out among flows with work, the one that has waited longest first, within what their services may hold. */
export function allotFlows(
  seats: Seats,
  payloads: PayloadBudget,
  calls: FlowCalls,
  work: readonly FlowWork[],
): Allotment[] {
  const free = Math.min(seats.free, claimAtMost)
  const promisedTo = new Map<string, number>()
  const allotments: Allotment[] = []
  let promised = 0
  let characters = 0
  for (const [index, one] of work.entries()) {
    const { service_id, flow } = one
    const ofService = promisedTo.get(service_id) ?? 0
    const room = Math.min(
      seats.roomFor(service_id, promised - ofService) - ofService,
      seats.targetRoom(service_id, 1, promised - ofService) - ofService,
      payloads.tasks(service_id, characters),
      roomOf(calls, one),
    )
    const granted = Math.min(Math.ceil((free - promised) / (work.length - index)), room)
    if (granted <= 0) continue
    allotments.push({
      service_id,
      seats: granted,
      after: undefined,
      fullTargets: fullTargets(seats, payloads, service_id, false),
      flow: { name: flow, calls: calls.of(service_id, flow) },
    })
    promised += granted
    promisedTo.set(service_id, ofService + granted)
    characters += granted * payloads.average(service_id)
  }
  return allotments
}
