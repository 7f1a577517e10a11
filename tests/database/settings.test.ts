import { afterAll, expect, test } from 'bun:test'
import { connect } from '../../src/database/connect.ts'
import { migrate } from '../../src/database/migrate.ts'
import { createToken } from '../../src/services/credentials.ts'
import { sql, testDatabaseUrl } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { endEverything, endPrograms } from '../support/process.ts'
import { replicaOptions } from '../support/replica.ts'
import { ask, overdueTask, startService } from '../support/service.ts'
import { stopTargets, Target } from '../support/target.ts'

const databases: string[] = []
afterAll(async () => {
  stopTargets()
  await endEverything()
  for (const name of databases) await sql.unsafe(`drop database if exists ${name} with (force)`)
})

/** What an operator may have set otherwise, for all who use a database. */
const otherwise = {
  bytea_output: 'escape',
  array_nulls: 'off',
  DateStyle: "'SQL, DMY'",
  IntervalStyle: 'iso_8601',
  TimeZone: "'Asia/Kathmandu'",
  extra_float_digits: '-15',
  standard_conforming_strings: 'off',
  backslash_quote: 'off',
  transform_null_equals: 'on',
  quote_all_identifiers: 'on',
  client_encoding: "'LATIN1'",
  xmloption: 'document',
  row_security: 'off',
  gin_fuzzy_search_limit: '1',
  default_transaction_isolation: "'serializable'",
  default_transaction_deferrable: 'on',
  statement_timeout: '1',
  lock_timeout: '1',
  idle_in_transaction_session_timeout: '1',
  idle_session_timeout: '1',
  client_min_messages: 'error',
  work_mem: '64',
  jit: 'on',
  jit_above_cost: '0',
  plan_cache_mode: 'force_custom_plan',
  constraint_exclusion: 'on',
  enable_indexscan: 'off',
  enable_indexonlyscan: 'off',
  enable_bitmapscan: 'off',
  enable_nestloop: 'off',
  enable_hashjoin: 'off',
  enable_tidscan: 'off',
  enable_sort: 'off',
  enable_partition_pruning: 'off',
}

async function newDatabase(settings: Readonly<Record<string, string>>): Promise<string> {
  const name = `duly_settings_${process.pid}_${databases.length}`
  databases.push(name)
  await sql.unsafe(`create database ${name}`)
  for (const [setting, value] of Object.entries(settings))
    await sql.unsafe(`alter database ${name} set ${setting} = ${value}`)
  const url = new URL(testDatabaseUrl)
  url.pathname = `/${name}`
  return url.href
}

test('migrations, tasks, calls, records, lists, sealed headers and maintenance work under unusual server settings', async () => {
  const url = await newDatabase(otherwise)
  const account = { id: Bun.randomUUIDv7(), token: createToken() }
  const target = new Target()
  target.answer = () => new Response('{"\\\\":"ä"}')
  const service = Object.assign(await startService(replicaOptions(account, { databaseUrl: url })), account)
  const header = { Authorization: 'Bearer geheim\\x', 'X-Plain': 'null' }
  const task = { ...overdueTask(target.url()), method: 'POST', payload: "\\'ä\\\\ null", header }
  const made = await ask(service, 'POST', '/tasks', task)
  expect([made.status, made.body.payload]).toEqual([201, task.payload])
  const records = () => ask(service, 'GET', `/tasks/${made.body.id}/executions`)
  const record = await eventually(
    async () => (await records()).body.records.find((found: { status: string }) => found.status === 'success'),
    () => service.err,
  )
  expect(record.response).toBe('{"\\\\":"ä"}')
  expect(target.sent).toHaveLength(1)
  for (const path of ['/tasks?search=over&sort=name&include=recent', '/overview', '/audit', '/health/ready'])
    expect([path, (await ask(service, 'GET', path)).status]).toEqual([path, 200])
  const listed = (await ask(service, 'GET', '/tasks?count=10')).body
  expect(listed[0] ?? listed.records[0]).toMatchObject({ id: made.body.id, header: { Authorization: '********' } })
  expect((await ask(service, 'POST', `/tasks/${made.body.id}`, { name: 'Anders' })).status).toBe(200)
  expect((await ask(service, 'POST', `/tasks/${made.body.id}/executions`)).status).toBeLessThan(300)
  await eventually(
    () => target.sent.length === 2,
    () => service.err,
  )
  expect((await ask(service, 'DELETE', `/tasks/${made.body.id}`)).status).toBeLessThan(300)
  expect(service.err).not.toMatch(/"level":(40|50)/)
  await endPrograms()
}, 20_000)

test('a changed search_path is rejected with one sentence, and no second set of tables is created', async () => {
  const url = await newDatabase({})
  await migrate(url)
  const name = databases.at(-1)
  await sql.unsafe(`alter database ${name} set search_path = elsewhere`)
  expect(await migrate(url).catch((error: Error) => error.message)).toMatch(
    /^The tables of Duly are in the schema public, .*search_path=public/,
  )
  expect(await migrate(`${url}&search_path=public`)).toEqual({ applied: [], unknown: [] })
  const empty = await newDatabase({ search_path: "''" })
  expect(await migrate(empty).catch((error: Error) => error.message)).toMatch(/^search_path names no schema/)
  const off = await newDatabase({ session_replication_role: 'replica' })
  expect(await migrate(off).catch((error: Error) => error.message)).toMatch(/^session_replication_role is replica/)
})

test('options of the URL are kept, and ours take precedence', async () => {
  const options = encodeURIComponent('-c statement_timeout=1 -c log_duration=off -c my.own=a\\ b')
  const own = connect(`${testDatabaseUrl}&options=${options}`, {
    max: 1,
    statementTimeoutSeconds: 3,
    name: 'duly test',
  })
  const [row] = await own`select current_setting('statement_timeout') as limit, current_setting('my.own') as own`
  expect({ ...row }).toEqual({ limit: '3s', own: 'a b' })
  await own.end()
})
