import { afterAll, expect, test } from 'bun:test'
import { type AddressInfo, createServer } from 'node:net'
import { connect } from '../../src/database/connect.ts'
import { inTransaction } from '../../src/database/in-transaction.ts'
import { checkSessions, missingSettings } from '../../src/database/pooler.ts'
import { testDatabaseUrl } from '../support/database.ts'
import { endEverything } from '../support/process.ts'
import { launchService } from '../support/service.ts'

afterAll(endEverything)

const options = { max: 1, statementTimeoutSeconds: 10, name: 'duly test pooler' }

test('settings that did not reach the session are listed, except for tighter limits', async () => {
  expect(await checkSessions(testDatabaseUrl, options)).toEqual({ statements: true, settings: true })
  const sql = connect(testDatabaseUrl, options)
  expect(await missingSettings(sql, options)).toEqual([])
  expect(await missingSettings(sql, { ...options, statementTimeoutSeconds: 20 })).toEqual([])
  await sql`set bytea_output = escape`
  await sql`set statement_timeout = 0`
  await sql`set jit = on`
  expect(await missingSettings(sql, options)).toEqual([
    { name: 'bytea_output', found: 'escape', expected: 'hex' },
    { name: 'jit', found: 'on', expected: 'off' },
    { name: 'statement_timeout', found: '0', expected: '10000' },
  ])
  await sql.end()
})

/** The same database under an address of its own: what is known of sessions is known of an address. */
const addressed = (name: string) => `${testDatabaseUrl}&application_name=${name}`

test('a statement whose preparation is lost is sent again; of a transaction too, and from then on nothing is prepared', async () => {
  let told = 0
  const sql = connect(addressed('lost'), { ...options, statementsLost: () => told++ })
  const prepared = async () => (await sql.unsafe('select from pg_prepared_statements')).length
  const lose = () => sql.unsafe('deallocate all')
  const read = (value: number, own = sql) => own<{ value: number }[]>`select ${value}::integer as value`
  const readInTransaction = (value: number) => inTransaction(sql, 'read only', async (own) => read(value, own))
  await read(1)
  expect(await prepared()).toBeGreaterThan(0)
  await lose()
  expect(await read(2)).toMatchObject([{ value: 2 }])
  await lose()
  expect(await readInTransaction(3)).toMatchObject([{ value: 3 }])
  await lose()
  expect([await read(4), await readInTransaction(5)]).toMatchObject([[{ value: 4 }], [{ value: 5 }]])
  expect({ told, prepared: await prepared() }).toEqual({ told: 1, prepared: 0 })
  await sql.end()
})

test('by-key settings are set for each statement where a session has not got them, and an error of a statement is its own', async () => {
  const sql = connect(testDatabaseUrl, { ...options, byKey: true, unchecked: true })
  await sql.unsafe('set enable_seqscan = on; set plan_cache_mode = auto')
  const read = () => sql`select current_setting('enable_seqscan') as scan, current_setting('plan_cache_mode') as mode`
  expect(await read()).toEqual([{ scan: 'off', mode: 'force_generic_plan' }] as never)
  await expect(sql`select 1 / ${0}::integer`.then()).rejects.toMatchObject({ code: '22012' })
  const { count } = await sql`select from generate_series(1, ${3}::integer)`
  expect(count).toBe(3)
  expect((await sql.unsafe(`select current_setting('enable_seqscan') as scan`))[0]?.scan).toBe('on')
  await sql.end()
})

test('a pooler that rejects a parameter that is needed prevents the start with one sentence that says how to configure it', async () => {
  const message = 'SFATAL\0C08P01\0Munsupported startup parameter: client_encoding\0\0'
  const answer = Buffer.alloc(5 + message.length)
  answer.write('E')
  answer.writeUInt32BE(4 + message.length, 1)
  answer.write(message, 5)
  const pool = createServer((client) => client.on('error', () => {}).once('data', () => client.end(answer)))
  await new Promise<void>((resolve) => pool.listen(0, '127.0.0.1', resolve))
  const { port } = pool.address() as AddressInfo
  const { program } = launchService({ env: { DATABASE_URL: `postgres://u:a-secret-word@127.0.0.1:${port}/d` } })
  expect(await program.exited).toBe(1)
  expect(program.err).toBe(
    'duly: The server of DATABASE_URL refuses the connection: unsupported startup parameter: client_encoding (add it to ignore_startup_parameters in PgBouncer, see docs/database.md)\n',
  )
  pool.close()
})
