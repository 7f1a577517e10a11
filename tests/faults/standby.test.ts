import { expect, test } from 'bun:test'
import { connect } from '../../src/database/connect.ts'
import { sql as elsewhere, testDatabaseUrl } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { useOwnDatabase } from '../support/own-database-scene.ts'
import { replicaOptions } from '../support/replica.ts'
import { ask, launchService, overdueTask, type Service, welcomed } from '../support/service.ts'

const scene = useOwnDatabase()

const create = (replica: Service) => ask(replica, 'POST', '/tasks', overdueTask(scene.target.url()))
/** Waits until a task can be created again. */
const created = (replica: Service) =>
  eventually(
    async () => (await create(replica)).status === 201,
    () => replica.err,
  )
/** No second of the log has more than two lines of warnings and errors: one about the database, and one that a line was left out. */
function expectQuiet(replica: { err: string }): void {
  expect(replica.err).not.toMatch(/"stack"|^\s+at /m)
  const seconds = replica.err
    .split('\n')
    .filter((line) => /"level":(40|50)/.test(line))
    .map((line) => JSON.parse(line).time.slice(0, 19))
  for (const second of new Set(seconds)) expect(seconds.filter((other) => other === second).length).toBeLessThan(3)
}

test('a primary becomes a standby and a primary again: 503 meanwhile, and everything due is sent afterwards', async () => {
  const replica = await scene.start()
  expect((await create(replica)).status).toBe(201)
  await scene.target.arrived(1)
  await scene.database.demote()
  for (let request = 0; request < 20; request++) expect((await create(replica)).status).toBe(503)
  expect((await fetch(`${replica.base}/health/ready`)).status).toBe(503)
  await scene.database.promote()
  await created(replica)
  await scene.target.arrived(2)
  expectQuiet(replica)
})

test('a start against a standby waits for the primary and logs it', async () => {
  await scene.database.demote()
  try {
    const { program, dataDir } = launchService(replicaOptions(scene.account, { databaseUrl: scene.database.url }))
    await eventually(
      () => program.err.includes('is a standby, which accepts no writes'),
      () => program.err,
    )
    expect(program.running).toBe(true)
    await scene.database.promote()
    const replica = Object.assign(await welcomed(program, dataDir), scene.account)
    await created(replica)
    await scene.target.arrived(1)
    expectQuiet(replica)
  } finally {
    await scene.database.promote().catch(() => {})
  }
})

test('of several hosts the one that accepts writes is used, and a standby is ignored without an error', async () => {
  const role = `failover_${process.pid}`
  const make = `create role ${role} login superuser password 'a-secret-word'`
  await scene.database.sql.unsafe(make)
  await elsewhere.unsafe(make)
  await scene.database.demote()
  try {
    const hosts = `127.0.0.1:${scene.database.port},127.0.0.1:${new URL(testDatabaseUrl).port}`
    const url = `postgres://${role}:a-secret-word@${hosts}/postgres?target_session_attrs=read-write`
    const sql = connect(url, { max: 3, statementTimeoutSeconds: 5, name: 'duly test hosts' })
    const found = await Promise.all([1, 2, 3].map(() => sql`select pg_is_in_recovery() as standby, pg_sleep(0.05)`))
    expect(found.map(([row]) => row?.standby)).toEqual([false, false, false])
    await sql.end()
  } finally {
    await scene.database.promote()
    await elsewhere.unsafe(`drop role ${role}`)
  }
})

test('a changed password is 503 and one line a second, and work resumes with the right one', async () => {
  const password = new URL(scene.database.url).password
  const replica = await scene.start()
  await scene.database.sql`alter role duly password 'another-secret-word'`
  try {
    await scene.database.sql`
      select pg_terminate_backend(pid)
      from pg_stat_activity
      where datname = current_database() and application_name ~ '^duly (api|scheduler|upkeep|metrics)'`
    for (let request = 0; request < 30; request++) {
      expect((await create(replica)).status).toBe(503)
      await Bun.sleep(25)
    }
  } finally {
    await scene.database.sql.unsafe(`alter role duly password '${password}'`)
  }
  await created(replica)
  await scene.target.arrived(1)
  expectQuiet(replica)
  expect(replica.err).not.toContain(password)
})
