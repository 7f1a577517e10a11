import type { Sql } from '../database/sql.ts'
import { listReplicas, type SeenReplica } from '../transitions/close-lost.ts'
import { type Finding, ok, problem, warning } from './finding.ts'

/** Clocks that differ by more than this confuse whoever compares times, in ms. */
const clockMs = 1_000
/** After how long without a pass tasks are late, in seconds; see the alert of an outage. */
const beatSeconds = 60
/** From which age on an open transaction keeps vacuum from removing dead rows that looks then read, in seconds. */
const transactionSeconds = 300

/**
 * Checks what runs: replicas, their passes, and sessions of others.
 * @param openSeconds after how long an open transaction is told
 */
export async function examineRunning(sql: Sql, openSeconds = transactionSeconds): Promise<readonly Finding[]> {
  const replicas = await listReplicas(sql)
  const [row] = await sql<{ beat_age: number; transaction: string | null }[]>`
    /* duly:examine_running */
    select
      (select date_part('epoch', now() - at) from pass_beat) as beat_age,
      (
        select format(
          'The transaction of process %s (%s, %s) has been open for %s s.', pid,
          coalesce(nullif(application_name, ''), 'without a name'), state,
          date_part('epoch', now() - xact_start)::bigint
        )
        from pg_stat_activity
        where datname = current_database()
          and pid <> pg_backend_pid()
          and xact_start < now() - make_interval(secs => ${openSeconds}::float8)
        order by xact_start
        limit 1
      ) as transaction`
  return [
    ...passes(replicas, row?.beat_age ?? 0),
    row?.transaction
      ? warning(
          'transactions',
          row.transaction,
          'End it (pg_terminate_backend): while it is open, dead rows stay, and looks become slow.',
        )
      : ok('transactions', `No transaction has been open for more than ${openSeconds} s.`),
  ]
}

function* passes(replicas: readonly SeenReplica[], beatAge: number): Generator<Finding> {
  const tooFar = replicas.filter(({ reaches_too_far }) => reaches_too_far)
  const running = replicas.filter(({ has_ended, reaches_too_far }) => !has_ended && !reaches_too_far)
  const age = Math.round(beatAge)
  if (running.length === 0)
    yield warning(
      'replicas',
      'No replica with a scheduler runs: nothing is called.',
      'Start one (duly serve), unless it was stopped on purpose.',
    )
  else if (age > beatSeconds)
    yield problem(
      'replicas',
      `${running.length} replicas run, and no pass has gone well for ${age} s.`,
      'The log of the replicas says why.',
    )
  else yield ok('replicas', `${running.length} replicas run, and the last pass went well ${age} s ago.`)
  if (tooFar.length > 0)
    yield warning(
      'replicas',
      `${tooFar.length} leases end too far in the future: the database's clock was set back.`,
      'Nothing: they are ignored, and running replicas renew theirs.',
    )
}

/** Compares the clock of the database with that of this machine. */
export async function examineClock(sql: Sql): Promise<Finding> {
  // The first statement of a connection takes longer.
  await sql`/* duly:ping */ select 1`
  const sent = Date.now()
  const [row] = await sql<{ ms: number }[]>`
    /* duly:read_clock */
    select date_part('epoch', clock_timestamp()) * 1000 as ms`
  return clockFinding(Math.round((row?.ms ?? 0) - (sent + Date.now()) / 2))
}

/** @param aheadMs by how much the database's clock is ahead of the machine's */
export function clockFinding(aheadMs: number): Finding {
  const found = `The clock of the database is ${Math.abs(aheadMs)} ms ${aheadMs < 0 ? 'behind' : 'ahead of'} that of this machine.`
  if (Math.abs(aheadMs) <= clockMs) return ok('clock', found)
  return warning(
    'clock',
    found,
    'Have both follow the same time servers (NTP): the clock of the database decides what is due.',
  )
}
