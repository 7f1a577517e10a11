import { afterAll, expect, test } from 'bun:test'
import { type AddressInfo, createServer } from 'node:net'
import { connect } from '../../src/database/connect.ts'
import { checkSessions, missingSettings } from '../../src/database/pooler.ts'
import { testDatabaseUrl } from '../support/database.ts'
import { endEverything } from '../support/process.ts'
import { launchService } from '../support/service.ts'

afterAll(endEverything)

const options = { max: 1, statementTimeoutSeconds: 10, name: 'duly test pooler' }

test('settings that did not reach the session are listed, except for tighter limits', async () => {
  await checkSessions(testDatabaseUrl, options)
  const sql = connect(testDatabaseUrl, options)
  expect(await missingSettings(sql, options)).toEqual([])
  expect(await missingSettings(sql, { ...options, statementTimeoutSeconds: 20 })).toEqual([])
  await sql`set bytea_output = escape`
  await sql`set statement_timeout = 0`
  await sql`set jit = on`
  expect((await missingSettings(sql, options)).sort()).toEqual([
    'bytea_output is escape',
    'jit is on',
    'statement_timeout is 0',
  ])
  await sql.end()
})

test('a pooler that rejects the settings prevents the start with one sentence that says how to configure it', async () => {
  const message = 'SFATAL\0C08P01\0Munsupported startup parameter: options\0\0'
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
    'duly: The server of DATABASE_URL refuses the connection: unsupported startup parameter: options (set ignore_startup_parameters = options in PgBouncer, see docs/operating.md)\n',
  )
  pool.close()
})
