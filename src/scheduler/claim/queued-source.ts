import type { RepeatedErrors } from '../../background/repeated-errors.ts'
import type { Sql } from '../../database/sql.ts'
import type { ClaimOptions } from '../../transitions/claim-options.ts'
import { claimQueued } from '../../transitions/claim-queued.ts'
import { withFirstAttempts } from '../../transitions/first-attempts.ts'
import { postponeQueued } from '../../transitions/postpone.ts'
import type { ClaimSource } from './claim-batches.ts'
import type { Due } from './due-services.ts'

/** What a source of queued executions works with. */
export interface QueuedSourceParts {
  readonly sql: Sql
  readonly repeatedErrors: RepeatedErrors
}

/** Queued executions that are due: retries, runs now, redeliveries. They leave half of a service's room to its slots. */
export function queuedSource(
  { sql, repeatedErrors }: QueuedSourceParts,
  look: Due,
  options: ClaimOptions,
): ClaimSource {
  const due = new Set(look.queued)
  return {
    due,
    cursors: new Map(),
    sharing: new Set(look.slots),
    claim: async (allotments) => ({
      taken: await withFirstAttempts(sql, await claimQueued(sql, allotments, options)),
      running: [],
      late: [],
    }),
    // One claim in each pass: without a cursor a second one would read the index from the start again.
    goOn: () => due.clear(),
    skip: async () => {},
    postpone: async (allotment, error) => {
      due.clear()
      const postponed = await postponeQueued(sql, allotment)
      if (!postponed) return
      repeatedErrors.report(
        postponed.task_id,
        error,
        `a queued execution cannot be claimed${postponed.done ? '; it is postponed by an hour' : ' and cannot be postponed'}`,
      )
    },
  }
}
