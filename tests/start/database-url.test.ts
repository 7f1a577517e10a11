import { afterAll, afterEach, expect, test } from 'bun:test'
import { createServer, connect as dial, type Server } from 'node:net'
import { createToken } from '../../src/services/credentials.ts'
import { sql, testDatabaseUrl } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { duly, endEverything, endPrograms } from '../support/process.ts'
import { expectWithin } from '../support/promised.ts'
import { ask, freePort, launchService, overdueTask, startService, welcomed } from '../support/service.ts'

const databases: string[] = []
afterEach(endPrograms)
afterAll(async () => {
  await endEverything()
  for (const name of databases) await sql.unsafe(`drop database if exists ${name} with (force)`)
})

/** The address of a database of this name, which does not exist yet, on the server of the tests. */
function newDatabase(): { name: string; url: URL } {
  const name = `duly_start_${process.pid}_${databases.length}`
  databases.push(name)
  const url = new URL(testDatabaseUrl)
  url.pathname = `/${name}`
  return { name, url }
}

const account = () => ({ id: Bun.randomUUIDv7(), token: createToken() })
const given = ({ id, token }: { id: string; token: string }) => ({ SERVICE_ID: id, SERVICE_TOKEN: token })

test('creates a missing database and the service of the environment, and does not print its credentials', async () => {
  const { url } = newDatabase()
  const owner = account()
  const service = await startService({ env: { DATABASE_URL: url.href, ...given(owner) } })
  expect(service.id + service.token).toBe('')
  expect(service.out + service.err).not.toContain(owner.token)
  expect(service.out + service.err).not.toContain(url.password || 'no password')
  expect(await ask({ ...owner, base: service.base }, 'GET', '/tasks')).toEqual({ status: 200, body: [] })
  expect(service.curl).toContain('"$SERVICE_ID:$SERVICE_TOKEN"')
})

test('an existing service keeps its token, and a different SERVICE_TOKEN is one warning', async () => {
  const { url } = newDatabase()
  const owner = account()
  const first = await startService({ env: { DATABASE_URL: url.href, ...given(owner) } })
  first.kill('SIGTERM')
  await first.exited
  expect(first.err).not.toContain('differs')
  const other = { ...owner, token: createToken() }
  const second = await startService({ env: { DATABASE_URL: url.href, ...given(other) } })
  expect(second.err.split('\n').filter((line) => line.includes('SERVICE_TOKEN differs'))).toHaveLength(1)
  expect(second.err + second.out).not.toContain(other.token)
  expect((await ask({ ...owner, base: second.base }, 'GET', '/tasks')).status).toBe(200)
  expect((await ask({ ...other, base: second.base }, 'GET', '/tasks')).status).toBe(401)
})

test('without a service the start prints how to create one, and creates none', async () => {
  const { url } = newDatabase()
  const env = { DATABASE_URL: url.href }
  const service = await startService({ env })
  expect(service.out).toContain('bun run duly service create NAME')
  expect(JSON.parse((await duly(['service', 'list', '--json'], env)).out)).toEqual([])
})

test('the start waits for an unavailable database, responds 503 meanwhile, and goes on when it is available', async () => {
  const { url } = newDatabase()
  const owner = account()
  const real = { port: Number(url.port), host: url.hostname }
  const gate = createServer((socket) => {
    const onward = dial(real).on('error', () => socket.destroy())
    socket
      .on('error', () => onward.destroy())
      .pipe(onward)
      .pipe(socket)
  })
  const [gatePort, port] = [freePort(), freePort()]
  url.port = String(gatePort)
  const { program, dataDir } = launchService({ env: { PORT: String(port), DATABASE_URL: url.href, ...given(owner) } })
  await eventually(
    () => program.err.includes('cannot be reached'),
    () => program.err,
  )
  const waiting = { ...owner, base: `http://127.0.0.1:${port}` }
  expect((await fetch(`${waiting.base}/health/live`)).status).toBe(200)
  expect((await fetch(`${waiting.base}/health/ready`)).status).toBe(503)
  const asked = performance.now()
  expect((await ask(waiting, 'GET', '/tasks')).status).toBe(503)
  expectWithin(5_000, asked)
  expect(program.err).not.toMatch(/^\s+at |"stack"/m)
  expect(program.err.match(/cannot be reached/g)).toHaveLength(1)
  expect(program.running).toBe(true)
  await listenOn(gate, gatePort)
  const service = await welcomed(program, dataDir)
  const { body: task } = await ask(
    { ...service, ...owner },
    'POST',
    '/tasks',
    overdueTask(`${service.base}/health/live`),
  )
  await eventually(
    async () =>
      (await ask({ ...service, ...owner }, 'GET', `/tasks/${task.id}/executions`)).body.records[0]?.status ===
      'success',
    () => service.err,
  )
  gate.close()
}, 40_000)

test('SIGTERM while the database is unavailable ends the service at once, with exit code 0', async () => {
  const { program } = launchService({ env: { DATABASE_URL: 'postgres://nobody:a-secret-word@127.0.0.1:9/none' } })
  await eventually(
    () => program.err.includes('cannot be reached'),
    () => program.err,
  )
  const asked = performance.now()
  program.kill('SIGTERM')
  expect(await program.exited).toBe(0)
  expectWithin(2_000, asked)
  expect(program.out + program.err).not.toContain('a-secret-word')
})

test('a wrong password stops the start with one sentence that does not repeat it', async () => {
  const url = new URL(testDatabaseUrl)
  url.username = 'duly_nobody'
  url.password = 'a-secret-word'
  const { program } = launchService({ env: { DATABASE_URL: url.href } })
  expect(await program.exited).toBe(1)
  expect(program.err).toBe('duly: PostgreSQL refuses the user or password of DATABASE_URL.\n')
  expect(program.out).toBe('')
})

test('a database that its user may not create stops the start with one sentence', async () => {
  const { url, name } = newDatabase()
  const role = `${name}_role`
  await sql.unsafe(`create role ${role} login password 'a-secret-word'`)
  try {
    url.username = role
    url.password = 'a-secret-word'
    const { program } = launchService({ env: { DATABASE_URL: url.href } })
    expect(await program.exited).toBe(1)
    expect(program.err).toMatch(
      /^duly: The database of DATABASE_URL does not exist and its user may not create it: .*\n$/,
    )
    expect(program.err).not.toContain('a-secret-word')
  } finally {
    await sql.unsafe(`drop role ${role}`)
  }
})

test('replicas that start at the same time on an empty database all become ready, five times in a row', async () => {
  for (let round = 0; round < 5; round++) {
    const { url } = newDatabase()
    const owner = account()
    const launched = [1, 2].map(() => launchService({ env: { DATABASE_URL: url.href, ...given(owner) } }))
    const replicas = await Promise.all(launched.map(({ program, dataDir }) => welcomed(program, dataDir)))
    for (const replica of replicas) {
      expect(replica.err).not.toContain('differs')
      expect((await ask({ ...owner, base: replica.base }, 'GET', '/tasks')).status).toBe(200)
      expect((await fetch(`${replica.base}/health/ready`)).status).toBe(200)
    }
    await endPrograms()
  }
}, 60_000)

function listenOn(server: Server, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(port, '127.0.0.1', () => resolve())
  return promise
}

test('without a SECRET_KEY the start warns once, and with one it does not; neither shows a key', async () => {
  const { url } = newDatabase()
  const owner = account()
  const env = { DATABASE_URL: url.href, ...given(owner) }
  const task = { ...overdueTask('http://127.0.0.1:9/'), status: 'paused', header: { Authorization: 'Bearer geheim' } }
  const without = await startService({ env })
  const warnings = () => without.err.split('\n').filter((line) => line.includes('SECRET_KEY is not set'))
  expect(warnings()).toHaveLength(1)
  const { status, body } = await ask({ ...owner, base: without.base }, 'POST', '/tasks', task)
  expect([status, body.errors[0].path]).toEqual([400, '/header/Authorization'])
  expect(body.message).toContain('SECRET_KEY')
  const SECRET_KEY = Buffer.alloc(32, 5).toString('base64')
  const keyed = await startService({ env: { ...env, SECRET_KEY } })
  expect(keyed.err).not.toContain('SECRET_KEY')
  expect((await ask({ ...owner, base: keyed.base }, 'POST', '/tasks', task)).body.header).toEqual({
    Authorization: '********',
  })
  expect(keyed.out + keyed.err).not.toContain(SECRET_KEY)
  expect(warnings()).toHaveLength(1)
})
