import { afterAll, beforeAll, expect, test } from 'bun:test'
import { connect } from '../../src/database/connect.ts'
import { migrate } from '../../src/database/migrate.ts'
import { examine } from '../../src/doctor/examine.ts'
import type { Finding } from '../../src/doctor/finding.ts'
import { clockFinding, examineRunning } from '../../src/doctor/running.ts'
import { maintainPartitions } from '../../src/maintenance/partitions.ts'
import { createRole, emptyScratch, type Scratch } from '../database/scratch.ts'

let database: Scratch
beforeAll(async () => {
  database = await emptyScratch()
})
afterAll(() => database.drop())

/** Findings that are not ok, of a check or of all but that of settings: the server of the tests has fsync off. */
async function found(check?: string, url = database.url): Promise<Finding[]> {
  const findings = await examine(url, { executionRetentionDays: 30, failureRetentionDays: 30 } as never)
  return findings.filter(
    (finding) =>
      finding.level !== 'ok' && (check === undefined ? finding.check !== 'settings' : finding.check === check),
  )
}

test('a database without tables is told to be migrated, and is left as it is', async () => {
  expect(await found()).toMatchObject([
    { check: 'schema', level: 'problem', advice: 'Run duly migrate, or start a replica.' },
  ])
  expect(await database.sql`select to_regclass('task')::text as name`).toMatchObject([{ name: null }])
})

test('of a database that nothing runs on only that is told, and of one that is served well nothing', async () => {
  await migrate(database.url)
  await maintainPartitions(database.sql, 30)
  await database.sql`update pass_beat set at = now()`
  expect(await found()).toMatchObject([{ check: 'replicas', level: 'warning' }])
  await database.sql`
    insert into replica (id, host, lease_until) values (${Bun.randomUUIDv7()}, 'here', now() + interval '40 seconds')`
  expect(await found()).toEqual([])
})

test('replicas whose passes fail are a problem', async () => {
  await database.sql`update pass_beat set at = now() - interval '3 minutes'`
  expect(await found('replicas')).toMatchObject([
    // It has been three minutes and the time that asking took.
    { level: 'problem', found: expect.stringMatching(/^1 replicas run, and no pass has gone well for 1[89]\d s\.$/) },
  ])
  await database.sql`update pass_beat set at = now()`
})

test('a disabled trigger is a problem, with the statement that enables it', async () => {
  await database.sql.unsafe('alter table task disable trigger task_wake_services')
  const [finding] = await found('tables')
  expect(finding).toMatchObject({ level: 'problem' })
  expect(finding?.found).toContain('The trigger task_wake_services of task is disabled')
  expect(finding?.advice).toBe('As the owner: alter table task enable trigger task_wake_services.')
  await database.sql.unsafe('alter table task enable trigger task_wake_services')
})

test('an index that is not valid is told', async () => {
  await database.sql`update pg_index set indisvalid = false where indexrelid = 'task_queued_idx'::regclass`
  expect(await found('tables')).toMatchObject([
    { level: 'warning', advice: 'As the owner: reindex index concurrently task_queued_idx.' },
  ])
  await database.sql`update pg_index set indisvalid = true where indexrelid = 'task_queued_idx'::regclass`
})

test('a partition that is missing, one that should be gone, and rows without one are told', async () => {
  const today = new Date().toISOString().slice(0, 10)
  await database.sql.unsafe(`
    drop table execution_${today.replaceAll('-', '_')};
    create table execution_2020_01_01 partition of execution for values from ('2020-01-01') to ('2020-01-02');
    alter table execution_default disable trigger all;
    set session_replication_role = replica;
    insert into execution (service_id, task_id, id, slot_id, scheduled_for, status)
    values (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), now(), 'success');
    reset session_replication_role;
    alter table execution_default enable trigger all`)
  const texts = (await found('history')).map((finding) => finding.found)
  expect(texts).toEqual([
    `The partition of ${today} is missing: these executions go to execution_default.`,
    'The table execution_default has rows, which are deleted row by row when they expire.',
    '1 partitions are past retention and were not dropped.',
  ])
  await database.sql.unsafe('delete from execution_default; drop table execution_2020_01_01')
  await maintainPartitions(database.sql, 30)
  expect(await found('history')).toEqual([])
})

test('rights that a user lacks are told with the grants', async () => {
  const role = await createRole(database)
  await database.sql.unsafe(`revoke insert on task from ${role.name}`)
  const rights = await found('rights', role.url)
  expect(rights).toMatchObject([{ level: 'problem' }, { level: 'warning' }])
  expect(rights[0]?.advice).toBe('As the owner: grant select, insert, update, delete on task to the user.')
  expect(rights[1]?.advice).toContain('grant create on schema')
  await role.drop()
})

test('settings that endanger what was committed, or that let tables grow, are told', async () => {
  expect(await found('settings')).toMatchObject([{ level: 'warning', found: 'fsync is off.' }])
  await database.sql.unsafe(`alter database ${database.sql.options.database} set default_transaction_read_only = on`)
  expect(await found('server')).toMatchObject([
    { level: 'problem', found: 'default_transaction_read_only is on, so that nothing can be written.' },
  ])
  await database.sql.unsafe(`
    set default_transaction_read_only = off;
    alter database ${database.sql.options.database} reset default_transaction_read_only`)
})

test('a transaction that has been open for long is told with its process', async () => {
  await database.sql.begin(async (transaction) => {
    const [row] = await transaction<{ pid: number }[]>`select pg_backend_pid() as pid`
    const other = connect(database.url, { max: 1, statementTimeoutSeconds: 20, name: 'duly test doctor' })
    const open = (await examineRunning(other, 0)).find(({ check }) => check === 'transactions')
    await other.end({ timeout: 2 })
    expect(open).toMatchObject({ level: 'warning' })
    expect(open?.found).toContain(`The transaction of process ${row?.pid} (`)
  })
})

test('a clock that differs by more than a second is told', () => {
  expect(clockFinding(-900).level).toBe('ok')
  expect(clockFinding(1_500)).toMatchObject({
    level: 'warning',
    found: 'The clock of the database is 1500 ms ahead of that of this machine.',
  })
})
