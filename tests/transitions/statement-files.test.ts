import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format } from 'sql-formatter'
import { connect } from '../../src/database/connect.ts'
import type { Sql } from '../../src/database/sql.ts'
import { listDueCrons } from '../../src/scheduler/claim/due-crons.ts'
import { listOpenUnknown } from '../../src/scheduler/claim/in-doubt.ts'
import { listDueServices } from '../../src/scheduler/claim/look.ts'
import { renewLease } from '../../src/scheduler/lease/lease.ts'
import { claimQueued } from '../../src/transitions/claim-queued.ts'
import { claimSlots } from '../../src/transitions/claim-slots.ts'
import { closeInPlace, closeWithFollowUp } from '../../src/transitions/close.ts'
import { closeByKey } from '../../src/transitions/close-by-key.ts'
import { forgetReplica, recoverLeftOpen } from '../../src/transitions/close-lost.ts'
import { closeOrphans, closeUnclaimable, releaseTasks } from '../../src/transitions/close-orphans.ts'
import { listOrphans, listStuckTasks } from '../../src/transitions/find-orphans.ts'
import { withFirstAttempts } from '../../src/transitions/first-attempts.ts'
import type { OutcomeRow } from '../../src/transitions/outcome.ts'
import { postponeQueued, postponeSlot } from '../../src/transitions/postpone.ts'
import { recountAhead } from '../../src/transitions/recount-ahead.ts'
import { restoreOpen } from '../../src/transitions/restore.ts'
import { skipSlots } from '../../src/transitions/skip.ts'
import { skipLateSlots } from '../../src/transitions/skip-late.ts'
import { listStopRequests } from '../../src/transitions/stop.ts'
import { emptyDatabase, testDatabaseUrl } from '../support/database.ts'
import { checkout } from '../support/process.ts'
import { insertService, insertTask } from '../support/rows.ts'

const folder = join(checkout, 'db/statements')
const mayWrite = Bun.env.WRITE_STATEMENTS === '1'

/** One connection, so that all statements are prepared in one session. */
const session: Sql = connect(testDatabaseUrl, { max: 1, statementTimeoutSeconds: 20, name: 'duly test', byKey: true })
let statements: ReadonlyMap<string, string>

beforeAll(async () => {
  await emptyDatabase()
  await sendAll(session)
  statements = await listPrepared(session)
})
afterAll(() => session.end())

/** Sends every statement of the scheduler once. What they work on does not matter here. */
async function sendAll(sql: Sql): Promise<void> {
  const replica = { id: Bun.randomUUIDv7(), host: 'here' }
  const [service_id, id] = [await insertService(), Bun.randomUUIDv7()]
  await insertTask({ service_id })
  const time = '2026-01-01T00:00:00Z'
  const options = { replicaId: replica.id, toleranceSeconds: 660, oldestOpenAt: time, until: time }
  const allotments = [{ service_id, seats: 1, after: undefined, fullTargets: [] }]
  const lost = { ...replica, lease_until: time, oldest_open_at: time }
  const range = { table: 'execution_default', today: false, first: 0, end: 1 }
  const orphan = { service_id, task_id: id, created_at: time, id, status: 'started' as const }
  await renewLease(sql, replica, time)
  await listDueServices(sql, 11, { services: [], wokenSince: '1:1:' })
  await listDueCrons(sql, [{ service_id }], new Map(), [])
  const { taken } = await claimSlots(sql, allotments, { ...options, until: new Date(Date.now() + 5_000).toISOString() })
  await insertTask({ service_id, queued_for: time, queued_created_at: time, queued_id: id })
  await claimQueued(sql, allotments, options)
  await skipSlots(sql, [{ service_id, task_id: id, execution_id: id, created_at: time }], 660)
  const cron = { spread_offset: 0, calendar_use: '', cron: null, time_zone: null, now: time }
  const slot = { service_id, task_id: id, scheduled_at: time, ...cron }
  await skipLateSlots(sql, [{ ...slot, after_seconds: 60, late_limit_seconds: 60 }])
  const extras = { retry: { max_duration_seconds: 60 } } as never
  await withFirstAttempts(
    sql,
    taken.map((claimed) => ({ ...claimed, attempt: 2, extras })),
  )
  const outcomes = taken.map(
    (claimed): OutcomeRow => ({
      ...claimed,
      status: 'success',
      status_code: 200,
      response: null,
      response_truncated: false,
      duration_ms: 1,
      waited_ms: null,
      lookup_ms: null,
      answer_ms: 1,
      sent_twice: false,
      error: null,
      retry_in_ms: null,
      redeliver: false,
    }),
  )
  const failures = outcomes.map((outcome): OutcomeRow => ({ ...outcome, status: 'failed' }))
  const partition = 'execution_default'
  for (const close of [closeInPlace, closeWithFollowUp])
    await close(sql, replica.id, partition, [...outcomes, ...failures])
  await closeByKey(sql, replica.id, outcomes)
  await postponeSlot(sql, allotments[0] as (typeof allotments)[0], new Error('refused'))
  await postponeQueued(sql, allotments[0] as (typeof allotments)[0])
  await restoreOpen(sql, replica.id, taken, 660, [])
  await listOpenUnknown(sql, replica.id, [], 1)
  await recoverLeftOpen(sql, lost, [])
  await forgetReplica(sql, lost)
  await listStopRequests(sql, replica.id)
  await listOrphans(sql, range, replica.id)
  await listStuckTasks(sql, range)
  await closeOrphans(sql, [orphan], replica)
  await closeUnclaimable(sql, [orphan])
  await releaseTasks(sql, [{ service_id, id, current_execution_id: id, queued_id: null }])
  const ahead = {
    ...{ service_id, id, current_execution_id: id, skipped_id: null },
    ...cron,
  }
  await recountAhead(sql, [ahead])
}

/** Statements as PostgreSQL has received them, by name, formatted for reading. */
async function listPrepared(sql: Sql): Promise<ReadonlyMap<string, string>> {
  const rows = await sql<{ statement: string; types: string[] }[]>`
    select statement, parameter_types::text[] as types
    from pg_prepared_statements
    where statement ~ '/\* duly:'
    order by prepare_time`
  return new Map(
    rows.map(({ statement, types }) => {
      const name = /duly:([a-z_]+)/.exec(statement)?.[1] ?? ''
      const parameters = types.map((type, index) => `$${index + 1} ${type}`).join(', ')
      const text = format(statement, { language: 'postgresql', keywordCase: 'lower', expressionWidth: 100 })
      return [name, `-- Parameters: ${parameters || 'none'}\n${text}\n`]
    }),
  )
}

test('db/statements has the statements of the scheduler; if this fails, run db/dump-statements.sh', () => {
  mkdirSync(folder, { recursive: true })
  if (mayWrite) for (const [name, text] of statements) writeFileSync(join(folder, `${name}.sql`), text)
  expect(readdirSync(folder).sort()).toEqual([...statements.keys()].map((name) => `${name}.sql`).sort())
  for (const [name, text] of statements) expect(readFileSync(join(folder, `${name}.sql`), 'utf8')).toBe(text)
})
