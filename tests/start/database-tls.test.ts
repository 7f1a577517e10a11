import { afterAll, beforeAll, expect, test } from 'bun:test'
import { chmodSync, chownSync, copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from '../../src/database/connect.ts'
import { dbmate } from '../../src/database/dbmate.ts'
import { testDatabaseUrl } from '../support/database.ts'
import { type OwnDatabase, startOwnDatabase } from '../support/own-database.ts'
import { duly, endEverything, temporaryFolder } from '../support/process.ts'

const certificates = join(import.meta.dir, '../support/certificates')
const authority = `sslrootcert=${join(certificates, 'authority.crt')}`
const stranger = `sslrootcert=${join(certificates, 'stranger.crt')}`
const password = 'p%4s@w/o?r#d'

/** Users whom pg_hba.conf lets in over TLS only, without it only, and either way. */
const rules = `
hostssl all tls 127.0.0.1/32 scram-sha-256
hostnossl all plain 127.0.0.1/32 scram-sha-256
host all either 127.0.0.1/32 scram-sha-256
host all either ::1/128 scram-sha-256
local all either scram-sha-256
host all duly 127.0.0.1/32 scram-sha-256
`

let database: OwnDatabase

beforeAll(async () => {
  database = await startOwnDatabase((cluster, user) => {
    for (const name of ['server.crt', 'server.key']) {
      const file = join(cluster, name)
      copyFileSync(join(certificates, name), file)
      chmodSync(file, 0o600)
      if (user) chownSync(file, user.uid, user.gid)
    }
    writeFileSync(join(cluster, 'pg_hba.conf'), rules)
    return {
      ssl: 'on',
      ssl_cert_file: 'server.crt',
      ssl_key_file: 'server.key',
      listen_addresses: '127.0.0.1,::1',
      unix_socket_directories: cluster,
      fsync: 'off',
    }
  })
  const sql = connect(database.url.replace('/duly?', '/postgres?'), {
    max: 1,
    statementTimeoutSeconds: 20,
    name: 'duly test tls',
  })
  for (const name of ['tls', 'plain', 'either'])
    await sql.unsafe(`create role ${name} superuser login password '${password}'`)
  await sql.end()
})

afterAll(async () => {
  await database?.stop()
  await endEverything()
})

const urlOf = (user: string, host: string, query: string, name = 'postgres') =>
  `postgres://${user}:${password}@${host}:${database.port}/${name}?${query}`

/** What driver and dbmate come to: whether TLS is used, or the code of the refusal. */
async function outcome(url: string): Promise<{ driver: unknown; dbmate: string }> {
  const sql = connect(url, { max: 1, statementTimeoutSeconds: 5, name: 'duly test tls' })
  const driver = await sql`select ssl from pg_stat_ssl where pid = pg_backend_pid()`.then(
    ([row]) => row?.ssl,
    (error: { code: string }) => error.code,
  )
  await sql.end()
  const said = await dbmate(url, 'create', { lockTimeoutMs: 500 }).then(
    () => 'created',
    (error: Error & { code?: string }) => error.code ?? error.message,
  )
  return { driver, dbmate: said.includes('already exists') ? 'there' : (/28000|28P01/.exec(said)?.[0] ?? said) }
}

const used = { driver: true, dbmate: 'there' }
const unused = { driver: false, dbmate: 'there' }
const refused = (code: string) => ({ driver: code, dbmate: code })

test('every sslmode means the same to the driver, to dbmate and to libpq', async () => {
  for (const [user, host, query, expected] of [
    ['plain', 'localhost', '', unused],
    ['plain', 'localhost', 'sslmode=disable', unused],
    ['tls', 'localhost', 'sslmode=disable', refused('28000')],
    ['either', 'localhost', 'sslmode=allow', unused],
    ['tls', 'localhost', 'sslmode=allow', used],
    ['either', 'localhost', 'sslmode=prefer', used],
    ['plain', 'localhost', 'sslmode=prefer', unused],
    ['either', 'localhost', 'sslmode=require', used],
    ['plain', 'localhost', 'sslmode=require', refused('28000')],
    ['either', 'localhost', `sslmode=require&${authority}`, used],
    ['either', 'localhost', `sslmode=require&${stranger}`, refused('TLS_NOT_TRUSTED')],
    ['either', '127.0.0.1', `sslmode=verify-ca&${authority}`, used],
    ['either', 'localhost', `sslmode=verify-ca&${stranger}`, refused('TLS_NOT_TRUSTED')],
    ['either', 'localhost', 'sslmode=verify-ca', refused('TLS_NOT_TRUSTED')],
    ['either', 'localhost', `sslmode=verify-full&${authority}`, used],
    ['either', '127.0.0.1', `sslmode=verify-full&${authority}`, refused('TLS_NOT_TRUSTED')],
    ['either', 'localhost', `sslmode=verify-full&${stranger}`, refused('TLS_NOT_TRUSTED')],
    ['either', 'localhost', 'sslmode=verify-full&sslrootcert=system', refused('TLS_NOT_TRUSTED')],
    ['either', 'localhost', `hostaddr=127.0.0.1&sslmode=verify-full&${authority}`, used],
    ['either', 'localhost', `sslmode=require&channel_binding=require&${authority}`, used],
    ['either', 'localhost', 'sslmode=require&channel_binding=require', refused('TLS_NOT_TRUSTED')],
    ['either', 'localhost', `sslmode=require&sslnegotiation=direct&${authority}`, used],
    ['either', '[::1]', '', unused],
    ['either', '[::1]', `sslmode=verify-ca&${authority}`, used],
    ['either', '127.0.0.1:1,localhost', `sslmode=verify-full&${authority}`, used],
  ] as const)
    expect([query, await outcome(urlOf(user, host, query))]).toEqual([query, expected])
}, 20_000)

test('a Unix socket works in both spellings, with any sslmode', async () => {
  const folder = database.cluster
  for (const url of [
    `postgres://either:${password}@/postgres?host=${folder}&port=${database.port}&sslmode=verify-full`,
    `postgres://either:${password}@${encodeURIComponent(folder)}:${database.port}/postgres`,
  ])
    expect(await outcome(url)).toEqual(unused)
})

test('a server without TLS is refused when sslmode requires TLS, and used when it only prefers TLS', async () => {
  for (const [mode, expected] of [
    ['prefer', { driver: false, dbmate: 'there' }],
    ['require', { driver: 'TLS_NOT_OFFERED', dbmate: 'TLS_NOT_OFFERED' }],
  ] as const) {
    const url = new URL(testDatabaseUrl)
    url.searchParams.set('sslmode', mode)
    expect(await outcome(url.href)).toEqual(expected)
  }
})

test('migrate reaches a database behind a private authority, with the URL in a file and libpq variables', async () => {
  const file = join(temporaryFolder(), 'url')
  await Bun.write(file, `postgres://tls@localhost:${database.port}/behind_tls\n`)
  const env = { DATABASE_URL_FILE: file, PGPASSWORD: password, PGSSLMODE: 'verify-full' }
  const right = await duly(['migrate'], { ...env, PGSSLROOTCERT: join(certificates, 'authority.crt') })
  expect([right.code, right.err]).toEqual([0, ''])
  expect(right.out).toContain('Applied: ')
  const wrong = await duly(['migrate'], { ...env, PGSSLROOTCERT: join(certificates, 'stranger.crt') })
  expect(wrong.code).toBe(1)
  expect(wrong.err).toMatch(
    /^duly: .*The certificate of localhost:\d+ is not trusted under sslmode=verify-full \(.*\n$/,
  )
  expect(wrong.err).not.toContain(password)
})
