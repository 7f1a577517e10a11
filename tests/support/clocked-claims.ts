import { RepeatedErrors } from '../../src/background/repeated-errors.ts'
import { connect } from '../../src/database/connect.ts'
import { DueCrons } from '../../src/scheduler/claim/due-crons.ts'
import { renewLease } from '../../src/scheduler/lease/lease.ts'
import { claimSlots } from '../../src/transitions/claim-slots.ts'
import { sql, testDatabaseUrl } from './database.ts'
import type { TestTask } from './rows.ts'
import { silentLog } from './silent-log.ts'

/**
 * Claims at times that a test says: the statements are the real ones, only the clock that they find first on their search path is the
 * test's.
 */
export class ClockedClaims {
  /** A connection on which `now()` is what the test says. */
  readonly connection = connect(testDatabaseUrl, {
    max: 1,
    statementTimeoutSeconds: 20,
    name: 'duly test',
    byKey: true,
  })
  readonly #replica = { id: Bun.randomUUIDv7(), host: 'test' }
  readonly #dueCrons = new DueCrons(new RepeatedErrors(silentLog))

  /** @param schema a name that no other test uses */
  constructor(readonly schema: string) {}

  async open(): Promise<void> {
    await sql.unsafe(`
      create schema if not exists ${this.schema};
      create or replace function ${this.schema}.now() returns timestamptz language sql stable as $$ select current_setting('clock.now')::timestamptz $$`)
    await this.connection.unsafe(`set search_path = ${this.schema}, pg_catalog, public`)
  }

  async close(): Promise<void> {
    await this.connection.end()
    await sql.unsafe(`drop schema ${this.schema} cascade`)
  }

  /** Looks for due patterns of a service, as a claim does first. */
  async look(now: string, { service_id }: Pick<TestTask, 'service_id'>) {
    await this.setClock(now)
    return this.#dueCrons.find(this.connection, [{ service_id }])
  }

  /** Claims what is due in a service. @param found what a look has found; by default it looks first */
  async claim(now: string, task: Pick<TestTask, 'service_id'>, found?: Awaited<ReturnType<ClockedClaims['look']>>) {
    const crons = found ?? (await this.look(now, task))
    await this.setClock(now)
    await renewLease(this.connection, this.#replica, null)
    const options = { replicaId: this.#replica.id, toleranceSeconds: 660, oldestOpenAt: '-infinity' }
    const allotments = [{ service_id: task.service_id, seats: 1000, after: undefined }]
    return { crons, ...(await claimSlots(this.connection, allotments, options, crons)) }
  }

  /** Sets what `now()` is on the connection. */
  async setClock(now: string): Promise<void> {
    await this.connection`select set_config('clock.now', ${now}, false)`
  }
}
