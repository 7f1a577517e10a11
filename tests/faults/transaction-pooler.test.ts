/**
 * Duly behind PgBouncer with `pool_mode = transaction`, as Debian's 1.18 has it: without prepared statements, and without the
 * settings that Duly asks for at the start of a connection. A pooler of the tests stands for PgBouncer, which CI cannot
 * install (tests/support/transaction-pooler.ts). docs/database.md says what was tried with PgBouncer itself.
 */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { connect } from '../../src/database/connect.ts'
import { checkSessions } from '../../src/database/pooler.ts'
import { MissingSettingsError } from '../../src/database/role-settings.ts'
import type { Sql } from '../../src/database/sql.ts'
import { sql as admin, testDatabaseUrl } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { expectInvariants } from '../support/invariants.ts'
import { duly, endEverything } from '../support/process.ts'
import { ask, launchService, overdueTask, type Service, welcomed } from '../support/service.ts'
import { Target } from '../support/target.ts'
import { TransactionPooler } from '../support/transaction-pooler.ts'

const name = `duly_pooled_${process.pid}`
const password = 'of a test'
const account = { id: Bun.randomUUIDv7(), token: 'the token of a test' }
let pooler: TransactionPooler
let env: Record<string, string>
let sql: Sql

beforeAll(async () => {
  await admin.unsafe(`create role ${name} login password '${password}'`)
  await admin.unsafe(`create database ${name} owner ${name}`)
  const direct = new URL(testDatabaseUrl)
  Object.assign(direct, { username: name, password, pathname: `/${name}` })
  sql = connect(direct.href, { max: 2, statementTimeoutSeconds: 20, name: 'duly test pooled' })
  const started = await TransactionPooler.start(direct.href)
  pooler = started.pooler
  env = {
    DATABASE_URL: started.url,
    SECRET_KEY: '11'.repeat(32),
    SERVICE_ID: account.id,
    SERVICE_TOKEN: account.token,
  }
})

afterAll(async () => {
  await endEverything()
  pooler.close()
  await sql.end({ timeout: 2 })
  await admin.unsafe(`drop database ${name} with (force)`)
  await admin.unsafe(`drop role ${name}`)
})

/** Starts Duly through the pooler. */
async function start(): Promise<Service> {
  const { program, dataDir } = launchService({ env })
  return welcomed(program, dataDir)
}

const options = { max: 1, statementTimeoutSeconds: 10, name: 'duly test pooled' }

test('the check names the settings that a pooler drops, with the statements that give them to the user, and gives nothing', async () => {
  for (const _ of [1, 2]) {
    const error = await checkSessions(env.DATABASE_URL ?? '', options).catch((refused: Error) => refused)
    expect(error).toBeInstanceOf(MissingSettingsError)
    const { message } = error as Error
    expect(message).toContain('a connection pool such as PgBouncer drops them')
    const statements = message.match(/^ {2}alter role .*;$/gm) ?? []
    expect(statements).toContain(`  alter role ${name} in database ${name} set statement_timeout = '10000';`)
    expect(statements).toContain(`  alter role ${name} in database ${name} set enable_partition_pruning = 'off';`)
  }
})

test('the start gives them to the user: tasks are made, called and recorded once, also when the pooler is restarted and after another start', async () => {
  const target = new Target()
  let service = await start()
  expect(service.err).toContain('they were given to the database user, for this database')
  expect(service.err).toContain('PostgreSQL plans each statement again whenever it runs')
  expect(service.err).toContain('a connection pool drops the planner settings of the scheduler')
  const ofService = () => ({ base: service.base, ...account })
  const createDue = async (count: number) => {
    const tasks = Array.from({ length: count }, () => overdueTask(target.url()))
    expect(await ask(ofService(), 'POST', '/tasks/bulk', { tasks })).toMatchObject({ status: 201 })
  }
  const calledAll = (count: number) =>
    eventually(
      async () => (await sql`select from execution where status = 'success'`).length === count,
      () => `${target.sent.length} of ${count} calls\n${service.err}`,
      10_000,
    )
  await createDue(300)
  await calledAll(300)

  // What it has cut off is in doubt, and is found again.
  await createDue(200)
  pooler.cut()
  await calledAll(500)
  expect(await ask(ofService(), 'GET', '/tasks?count=5&pageNumber=0')).toMatchObject({ status: 200 })
  expect((await duly(['secrets', 'rotate'], env)).code).toBe(0)
  expect((await duly(['secrets', 'rotate'], env)).code).toBe(0)
  service.kill('SIGTERM')
  expect(await service.exited).toBe(0)
  // A pass that sent a statement at the moment of the cut takes that for an outage. It says so once, and that it is over.
  const errors = service.err.split('\n').filter((line) => /"level":[56]0/.test(line))
  expect(errors.filter((line) => !line.includes('the database cannot be reached; passes wait for it'))).toEqual([])
  expect(errors.length).toBeLessThanOrEqual(1)
  if (errors.length === 1) expect(service.err).toContain('the database is back; passes go on')

  service = await start()
  await createDue(100)
  await calledAll(600)
  service.kill('SIGTERM')
  expect(await service.exited).toBe(0)
  expect(service.err).not.toMatch(/"level":[56]0/)
  await expectInvariants(target, { database: sql })
  expect(target.sent).toHaveLength(600)
  expect(pooler.changes).toBeGreaterThan(100)
})

test('duly doctor warns of what the pooler drops', async () => {
  const { code, out } = await duly(['doctor', '--json'], env)
  const sessions = JSON.parse(out).filter(({ check }: { check: string }) => check === 'sessions')
  expect(code).toBe(0)
  expect(sessions).toMatchObject([
    { level: 'warning', found: expect.stringContaining('each statement is planned again') },
    { level: 'warning', found: expect.stringContaining('drops the planner settings') },
  ])
})

test('a pooler that refuses the settings is connected to without them', async () => {
  const { pooler: refusing, url } = await TransactionPooler.start(env.DATABASE_URL ?? '')
  refusing.refusesOptions = true
  expect(await checkSessions(url, options)).toEqual({ statements: false, settings: false })
  const pool = connect(url, { ...options, max: 3 })
  const [one, two] = await Promise.all([1, 2].map((value) => pool`select ${value}::integer as value`))
  expect([one, two]).toMatchObject([[{ value: 1 }], [{ value: 2 }]])
  await pool.end({ timeout: 2 })
  refusing.close()
})
