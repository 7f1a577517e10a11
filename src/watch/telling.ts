import { survive } from '../background/survive.ts'
import type { Sql } from '../database/sql.ts'
import type { Log } from '../log/log.ts'
import { type AlertGroup, listDueGroups, tellGroup } from '../notifications/tell.ts'
import { findCatchUp } from '../overview/catch-up.ts'
import type { CatchUp } from '../overview/model.ts'

/** Groups that are told between two looks at what is due. */
const batch = 200
/** How long a turn goes on while groups are due, in ms. */
const turnMs = 2_000

/** What telling works with. */
export interface TellingParts {
  readonly sql: Sql
  readonly log: Log
  /** Returns from which lateness on the scheduler takes a slot for late, in seconds. */
  readonly lastPass: () => { readonly toleranceSeconds: number }
  /** Called when there are new notifications to send. */
  readonly onTold: () => void
  /** Whether the turn is to end early. */
  readonly stopped: () => boolean
}

/**
 * One turn: makes notifications of the groups of alerts that are due. A group that fails is logged, and does not hold up the
 * others. Any number of replicas may do it at once.
 */
export async function tellDueGroups(parts: TellingParts): Promise<void> {
  const { sql, log, onTold, stopped } = parts
  const until = performance.now() + turnMs
  while (true) {
    const groups = await listDueGroups(sql, batch)
    let ended = 0
    for (const group of groups) {
      if (stopped() || performance.now() > until) return
      const told = await survive(log, 'an alert group was not told; tried again', () => tell(parts, group), undefined)
      if (told !== undefined) ended++
      if (told) onTold()
    }
    // A batch in which nothing was due any more is another replica's, or refused: it is looked at again in the next turn.
    if (groups.length < batch || ended === 0) return
  }
}

/** Tells one group. An outage is told with how far the service has come since. */
async function tell({ sql, log, lastPass }: TellingParts, group: AlertGroup): Promise<boolean | undefined> {
  if (group.kind !== 'outage') return tellGroup(sql, group)
  const catchUp = await survive<CatchUp | null | undefined>(
    log,
    'the late slots of a service were not counted; its outage is told without them',
    () => findCatchUp(sql, group.service_id, lastPass().toleranceSeconds),
    undefined,
  )
  return tellGroup(sql, group, catchUp)
}
