import type { RepeatedErrors } from '../background/repeated-errors.ts'
import type { Sql } from '../database/sql.ts'
import type { Log } from '../log/log.ts'
import type { Claimed } from '../transitions/claimed.ts'
import { restoreOpen } from '../transitions/restore.ts'
import { DueCrons } from './claim/due-crons.ts'

/** What restoring works with. */
export interface RestoreParts {
  readonly sql: Sql
  /** Connections whose statements may read ranges. */
  readonly maintenance: Sql
  readonly log: Log
  readonly repeatedErrors: RepeatedErrors
  /** A task with `phase: restart` that is later than this starts a new phase. */
  readonly toleranceSeconds: number
}

/** Puts back executions that a replica has open and the database has lost (see `restoreOpen`), and logs how many. */
export async function restore(parts: RestoreParts, replicaId: string, open: readonly Claimed[]): Promise<void> {
  if (open.length === 0) return
  const services = [...new Set(open.map((claimed) => claimed.service_id))].map((service_id) => ({ service_id }))
  const flows = open.flatMap(({ service_id, flow }) => (flow === undefined ? [] : [{ service_id, flow }]))
  const crons = await new DueCrons(parts.repeatedErrors).find(parts.sql, services)
  if (flows.length > 0) crons.push(...(await new DueCrons(parts.repeatedErrors).find(parts.sql, flows)))
  const restored = await restoreOpen(parts.maintenance, replicaId, open, parts.toleranceSeconds, crons)
  if (restored > 0)
    parts.log.warn(
      { restored },
      'the database had lost executions that are in flight, as after a failover; they were restored',
    )
}
