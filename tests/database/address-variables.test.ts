import { expect, test } from 'bun:test'
import { readConfig } from '../../src/config/config.ts'
import { ConfigError } from '../../src/config-error.ts'
import { parseAddress } from '../../src/database/parse-address.ts'
import { openDatabase } from '../../src/embedded-postgres/open-database.ts'
import { temporaryFolder } from '../support/process.ts'

const authority = new URL('../support/certificates/authority.crt', import.meta.url).pathname
const read = (env: Record<string, string>) => parseAddress(readConfig(env).databaseUrl ?? '')
const readUrl = (DATABASE_URL: string) => read({ DATABASE_URL })

function refusal(env: Record<string, string>): string {
  try {
    readConfig(env)
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    expect((error as Error).message).not.toMatch(/geheim|\n/)
    return (error as Error).message
  }
  throw new Error(`Taken: ${JSON.stringify(env)}`)
}

test('hosts: names, IPv6, several with ports, and Unix sockets in both notations', () => {
  const hosts = (url: string) => readUrl(url).hosts
  expect(hosts('postgres://u:p@db.example/d')).toEqual([{ name: 'db.example', port: 5432 }])
  expect(hosts('postgres://u:p@[::1]:7/d')).toEqual([{ name: '::1', port: 7 }])
  expect(hosts('postgres://u:p@a:1,[::1],b:3/d')).toEqual([
    { name: 'a', port: 1 },
    { name: '::1', port: 5432 },
    { name: 'b', port: 3 },
  ])
  expect(hosts('postgres:///d?host=a,b&port=7')).toEqual([
    { name: 'a', port: 7 },
    { name: 'b', port: 7 },
  ])
  expect(hosts('postgres://u:p@%2Fvar%2Frun:6432/d')).toEqual([{ name: '/var/run', port: 6432 }])
  expect(hosts('postgres://u:p@/d?host=/var/run')).toEqual([{ name: '/var/run', port: 5432 }])
  expect(hosts('postgres://u:p@db/d?hostaddr=10.0.0.1')).toEqual([{ name: 'db', port: 5432, address: '10.0.0.1' }])
})

test('a password ends at the last @ before the host, whatever characters it contains', () => {
  for (const [written, meant] of [
    ['p%40ss', 'p@ss'],
    ['100%', '100%'],
    ['50%off', '50%off'],
    ['%', '%'],
    ['%zz%41', '%zzA'],
    ['%ff', '%ff'],
    ['p@ss', 'p@ss'],
    ['a/b', 'a/b'],
    ['a?b=c', 'a?b=c'],
    ['a#b', 'a#b'],
    ['1/w', '1/w'],
    ['1?x=y', '1?x=y'],
    ['a:b:c', 'a:b:c'],
    ['ä ö+', 'ä ö+'],
    ['', ''],
  ] as const)
    expect(readUrl(`postgres://u:${written}@db:5/d?sslmode=prefer`)).toMatchObject({
      user: 'u',
      password: meant,
      database: 'd',
      hosts: [{ name: 'db', port: 5 }],
    })
  expect(readUrl('postgres://u:p@db/d?application_name=a@b/c')).toMatchObject({ password: 'p', name: 'a@b/c' })
})

test('every sslmode is as in libpq, where require with a root certificate verifies the server', () => {
  const mode = (query: string) => readUrl(`postgres://u:p@db/d${query}`).tls.mode
  for (const name of ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const)
    expect(mode(`?sslmode=${name}`)).toBe(name)
  expect(mode('')).toBe('disable')
  expect(mode('?ssl=true')).toBe('require')
  expect(mode(`?sslmode=require&sslrootcert=${authority}`)).toBe('verify-ca')
  expect(mode('?sslrootcert=system')).toBe('verify-full')
  // Channel binding proves that nobody is in between; without it the certificate has to.
  expect(mode('?sslmode=require&channel_binding=require')).toBe('verify-full')
  expect(mode('?channel_binding=prefer&sslmode=require')).toBe('require')
})

test('a parameter that is not supported is refused by name', () => {
  for (const [query, expected] of [
    ['sslmode=no-verify', /sslmode="no-verify", but it must be one of disable, allow/],
    ['sslrootcert=/nowhere/ca.crt', /sslrootcert="\/nowhere\/ca.crt", and there is no such file/],
    ['sslcert=/nowhere/ca.crt&sslmode=require', /one of sslcert and sslkey/],
    ['schema=public', /the parameter schema, which Duly does not understand/],
    ['pgbouncer=true', /the parameter pgbouncer/],
    ['passfile=/x', /the parameter passfile/],
    ['target_session_attrs=read-only', /target_session_attrs="read-only"/],
    ['channel_binding=require', undefined],
    ['channel_binding=require&sslmode=prefer', /channel_binding=require, which needs sslmode=require/],
    ['sslnegotiation=direct&sslmode=prefer', /sslnegotiation=direct, which needs sslmode=require/],
    ['sslrootcert=system&sslmode=require', /sslrootcert=system, which needs sslmode=verify-full/],
    ['gssencmode=require', /gssencmode="require"/],
    ['connect_timeout=soon', /connect_timeout="soon"/],
    ['host=@abstract', /abstract Unix socket/],
    ['port=70000', /the port "70000"/],
    ['port=1,2', /1 hosts and 2 ports/],
    ['sslmode', /does not parse/],
  ] as const)
    if (expected === undefined) readUrl(`postgres://u:geheim@db/d?${query}`)
    else expect(refusal({ DATABASE_URL: `postgres://u:geheim@db/d?${query}` })).toMatch(expected)
  expect(refusal({ DATABASE_URL: 'postgres://u:geheim@/d' })).toContain('names no host')
})

test("libpq's variables complete the URL, DATABASE_URL_FILE names a file with it, and an unsupported variable is refused by name", async () => {
  const env = {
    DATABASE_URL: 'postgres://db/d',
    PGUSER: 'u',
    PGPASSWORD: 'p%41@/?',
    PGPORT: '7',
    PGHOST: 'elsewhere',
    PGSSLMODE: 'verify-full',
    PGSSLROOTCERT: authority,
  }
  expect(read(env)).toMatchObject({
    hosts: [{ name: 'db', port: 7 }],
    user: 'u',
    password: 'p%41@/?',
    tls: { mode: 'verify-full', rootCertificate: authority },
  })
  expect(read({ ...env, DATABASE_URL: 'postgres://me:mine@/' + 'd?sslmode=disable' })).toMatchObject({
    hosts: [{ name: 'elsewhere', port: 7 }],
    user: 'me',
    password: 'mine',
    tls: { mode: 'disable' },
  })
  const file = `${temporaryFolder()}/url`
  await Bun.write(file, 'postgres://u:p@db/d\n')
  expect(readConfig({ DATABASE_URL_FILE: file }).databaseUrl).toBe('postgres://u:p@db/d')
  expect(refusal({ DATABASE_URL_FILE: file, DATABASE_URL: 'postgres://u:geheim@db/d' })).toContain('are both set')
  expect(refusal({ DATABASE_URL_FILE: '/nowhere' })).toMatch(/DATABASE_URL_FILE is "\/nowhere".*ENOENT/)
  for (const name of ['PGPASSFILE', 'PGSERVICE', 'PGREQUIREAUTH', 'PGSSLCRL'])
    expect(refusal({ DATABASE_URL: 'postgres://u:geheim@db/d', [name]: 'x' })).toContain(`unset ${name}`)
})

test('a variable that names a database under another name prevents embedded mode', async () => {
  const dataDir = '/nowhere/at/all'
  for (const name of [
    'DATABASE_URl',
    'database_url',
    'DATABSE_URL',
    'DATABASEURL',
    'DATABASE_URLS',
    'DATABASE_URI',
    'DATABASE_URl_FILE',
    'DB_URL',
    'POSTGRES_URL',
    'PGHOST',
    'PGSERVICE',
    'PGPASSWORD',
    'POSTGRES_HOST',
    'STORAGE',
  ]) {
    const config = { ...readConfig({ [name]: 'postgres://u:geheim@db/d' }), dataDir }
    const sentence = await openDatabase(config).then(
      () => '',
      (error: Error) => error.message,
    )
    expect(sentence).toStartWith(`${name} is set and DATABASE_URL is not: `)
    expect(sentence).not.toContain('geheim')
  }
  const harmless = {
    PGPORT: '5434',
    PGDATA: '/x',
    POSTGRES_USER: 'u',
    POSTGRES_PASSWORD: 'p',
    DATA_DIR: 'x',
    DULY_URL: '',
  }
  expect(readConfig(harmless).embeddedConflict).toBeUndefined()
  expect(readConfig({ POSTGRES_URL: ' ' }).embeddedConflict).toBeUndefined()
})
