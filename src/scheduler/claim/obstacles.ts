import type { Obstacles } from '../../alerts/late.ts'
import type { DueCrons } from './due-crons.ts'
import type { PayloadBudget } from './payload-budget.ts'
import type { Seats } from './seats.ts'

/** What decides whether a slot may be claimed. */
export interface ObstacleParts {
  readonly seats: Seats
  readonly payloads: PayloadBudget
  readonly dueCrons: DueCrons
}

/** What keeps this replica from claiming due slots of a service now. */
export function obstaclesOf({ seats, payloads, dueCrons }: ObstacleParts, service: string): Obstacles {
  const targets: Record<string, string> = {}
  for (const target of payloads.fullTargets(service))
    targets[target] = 'the payloads of calls to its target that have not ended take all the memory that they may'
  for (const target of seats.fullTargets(service))
    targets[target] = `its target has as many calls as one target may: ${seats.held(service, target)} have not ended`
  return { service: ofService(seats, payloads, service), targets, unreadable: dueCrons.unreadable }
}

function ofService(seats: Seats, payloads: PayloadBudget, service: string): string | null {
  const held = `${seats.held(service)} of them by calls of this service`
  if (seats.free <= 0) return `all ${seats.total} seats (SCHEDULER_CONCURRENCY) are taken, ${held}`
  if (seats.roomFor(service) <= 0)
    return `the calls of this service hold ${seats.held(service)} of ${seats.total} seats, as many as one service may`
  if (payloads.tasks(service) <= 0) return 'the payloads of calls that have not ended take all the memory that they may'
  return null
}
